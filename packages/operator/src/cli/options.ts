import { Id, mainPort, operatorPort, type RunStatus, TasukiError } from "@tasuki/protocol";
import { InvalidArgumentError, Option } from "commander";
import type { OperatorClient } from "../api/operator-client.ts";

export interface DataOption {
  readonly data?: string;
  /** Base URL of a main elsewhere, as `mainOption` reads it. Commands that ask main have it. */
  readonly main?: string;
}

export interface JsonOption {
  readonly json?: true;
}

export const dataOption = (where = ".tasuki"): Option => new Option("--data <folder>", `the relay's data folder (default: ${where})`);
export const mainOption = (): Option =>
  new Option("--main <address>", "a main elsewhere: its address in the tailnet, or a URL (default: TASUKI_MAIN, else the one of --data)")
    .conflicts("data")
    .argParser((text: string): string => {
      const url = toMainUrl(text);
      if (url === undefined) throw new InvalidArgumentError(mainForm);
      return url;
    });

/** The form of a main's address, for advice. */
export const mainForm = "An address or http://ADDRESS, with a port or without: 100.64.0.1, http://100.64.0.1:18199.";

/** The base URL of the operator API at an address (`100.64.0.1`, `main:18199`, `[fd7a::1]`) or URL; undefined for what is neither. */
export function toMainUrl(text: string): string | undefined {
  const given = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || url.protocol !== "http:" || url.hostname === "" || url.pathname !== "/") return undefined;
  if (url.username !== "" || url.search !== "" || url.hash !== "") return undefined;
  // The port of the scheme is one that no URL keeps: nothing else than `:80` at the end says that it was given.
  return url.port === "" && !/:80\/?$/.test(given) ? `http://${url.hostname}:${operatorPort}` : url.origin;
}

export const jsonOption = (): Option => new Option("--json", "one JSON object on stdout, for programs");
export const portBaseOption = (): Option =>
  new Option("--port-base <port>", "main's port; the other roles have the ones after it").default(mainPort).argParser(toPort);

function toPort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]+$/.test(text) || port < 1024 || port > 65_500) throw new InvalidArgumentError("A port from 1024 to 65500.");
  return port;
}

/** Option whose value is a text for people, which says something. */
export const textOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((text: string): string => {
    if (text.trim() === "") throw new InvalidArgumentError("It is empty: give a text, or leave the option out.");
    return text;
  });

/** Examples as the help text begins with them. */
export function toExamples(examples: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  return `Examples:\n${examples.map(([command, what]) => `  pnpm tasuki ${command.padEnd(width)}   ${what}`).join("\n")}\n`;
}

/** The description of an argument that `resolveRun` reads. */
export const runArgument = "a run's id, the end of one, or 'last'";

/** The id of the run that the user meant. Rejects with `not_found`, or `invalid_state` where more than one run fits. */
export async function resolveRun(client: OperatorClient, given: string): Promise<string> {
  if (Id.safeParse(given).success) return given;
  const found =
    given === "last" ? await client.runs({ limit: 1 }) : given.length < 4 ? [] : await runsThatEndIn(client, given.toLowerCase());
  const [run, second] = found;
  if (run === undefined)
    throw new TasukiError(
      "not_found",
      `main has no run '${given}'. Give ${runArgument} (at least 4 characters); 'tasuki ls' lists the runs.`,
    );
  if (second !== undefined)
    throw new TasukiError("invalid_state", `More than one run ends in '${given}': ${run.id}, ${second.id}. Give more of it.`);
  return run.id;
}

/** Runs whose ids end so: every page is looked through, since an older run may be meant as well. */
async function runsThatEndIn(client: Pick<OperatorClient, "runs">, end: string): Promise<readonly RunStatus[]> {
  const found: RunStatus[] = [];
  let page = await client.runs({ limit: pageOfRuns });
  for (;;) {
    found.push(...page.filter(({ id }) => id.endsWith(end)));
    const last = page.at(-1);
    if (last === undefined || page.length < pageOfRuns) return found;
    page = await client.runs({ limit: pageOfRuns, after: last.id });
  }
}

const pageOfRuns = 1_000;
