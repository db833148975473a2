import { isIP } from "node:net";
import { TasukiError } from "@tasuki/protocol";
import { Argument, Command, Option } from "commander";
import type { ProbeDeps } from "../conformance/probe.ts";
import { type CheckResult, runConformance } from "../conformance/run-conformance.ts";
import type { Cli } from "../cli/cli.ts";
import { line } from "../render/style.ts";
import { exitCodes } from "../cli/exit-code.ts";
import { type JsonOption, jsonOption, toExamples } from "../cli/options.ts";
import { readGivenText } from "../cli/read-given.ts";

interface ConformanceOptions extends JsonOption {
  readonly tokenFile?: string;
  readonly socket?: string;
}

/** Failures shown of each check; the rest is counted. */
const shownFailures = 5;

export function conformanceCommand(cli: Cli): Command {
  return new Command("conformance")
    .description("check from outside that a node is narrow: four verbs, nothing else, and every refusal in order")
    .addArgument(new Argument("[url]", "where its bus listens, such as http://100.64.0.3:18102"))
    .addOption(new Option("--token-file <file>", "with loopback identity: the file of the caller's secret (.tasuki/operator-secret)"))
    .addOption(new Option("--socket <path>", "the node's own socket, bus.sock, instead of an URL"))
    .addOption(jsonOption())
    .addHelpText(
      "before",
      toExamples([
        ["conformance http://100.64.0.3:18102", "a node in the tailnet, as this machine may see it"],
        ["conformance --socket .tasuki/main/bus.sock", "a node of this machine"],
      ]),
    )
    .action(async (url: string | undefined, options: ConformanceOptions) => {
      const show = (result: CheckResult): void => (options.json ? undefined : sayResult(cli, result));
      const { role, may, requests, checks } = await runConformance(await toProbe(cli, url, options), show);
      const failed = checks.filter(({ result }) => result === "fail");
      if (failed.length > 0) cli.endWith(exitCodes.invalid);
      if (options.json) return cli.json({ ok: failed.length === 0, role, may, requests, checks });
      const granted = Object.entries(may).flatMap(([verb, is]) => (is ? [verb] : []));
      const skipped = checks.filter(({ result }) => result === "skip").length;
      const held = checks.length - failed.length - skipped;
      const verdict = `${role}: ${held} of ${checks.length} checks hold${skipped === 0 ? "" : `, ${skipped} not asked`}, ${requests} requests as a caller who may ${[...granted, "health"].join(", ")}`;
      const style = cli.messageStyle;
      cli.say(failed.length === 0 ? style.good(verdict) : style.bad(verdict));
    });
}

async function toProbe(cli: Cli, url: string | undefined, { tokenFile, socket }: ConformanceOptions): Promise<ProbeDeps> {
  if ((url === undefined) === (socket === undefined))
    throw new TasukiError("malformed_request", "Name the node by its URL, or its socket by --socket; one of the two.");
  if (socket !== undefined) return { target: { socketPath: cli.path(socket) }, host: "localhost" };
  const parsed = URL.canParse(url ?? "") ? new URL(url ?? "") : undefined;
  if (parsed?.protocol !== "http:" || parsed.pathname !== "/")
    throw new TasukiError("malformed_request", "The URL of a bus is http://, an address, and a port.");
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  // Names are asked of a resolver, which could answer otherwise the next time; an address is the node that was meant.
  if (isIP(host) === 0 && host !== "localhost") cli.say(cli.messageStyle.warn(`${host} is a name: what answers is whoever has it now`));
  const token = tokenFile === undefined ? undefined : (await readGivenText(cli.path(tokenFile))).trim();
  return { target: { host, port: Number(parsed.port || 80) }, host: parsed.host, ...(token !== undefined && { token }) };
}

function sayResult(cli: Cli, { name, claim, result, asked, failures, note }: CheckResult): void {
  const paint = { pass: cli.style.good, fail: cli.style.bad, skip: cli.style.warn }[result];
  cli.out(line`${paint(result.toUpperCase())}  ${name.padEnd(10)} ${String(asked).padStart(5)}  ${claim}`);
  if (note !== undefined) cli.out(cli.style.dim(`                        ${note}`));
  for (const failure of failures.slice(0, shownFailures)) cli.out(cli.style.bad(`                        ${failure}`));
  if (failures.length > shownFailures) cli.out(cli.style.bad(`                        and ${failures.length - shownFailures} more`));
}
