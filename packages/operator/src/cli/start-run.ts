import { readFile, stat } from "node:fs/promises";
import { Id, type Profile, TasukiError } from "@tasuki/contracts";
import type { OperatorClient } from "../api/operator-client.ts";
import { counted } from "../render/run-progress.ts";
import { toLine } from "../render/plain-text.ts";
import type { Cli } from "./cli.ts";
import { collectSources } from "./collect-sources.ts";
import { uploadSources } from "./upload-sources.ts";

export interface RunToStart {
  /** A text, a file's path, or `-` for stdin. */
  readonly brief: string;
  /** Files and folders. */
  readonly files: readonly string[];
  readonly profile?: Profile;
  /** Makes the start idempotent, and becomes the run's id. */
  readonly id?: string;
}

const maxBrief = 65_536;

/** Uploads what a run needs and starts it; resolves with its id. Says what was skipped. */
export async function startRun(cli: Cli, client: OperatorClient, { brief, files, profile, id }: RunToStart): Promise<string> {
  if (id !== undefined && !Id.safeParse(id).success)
    throw new TasukiError("malformed_request", `--id must be a UUID of version 7 (RFC 9562), not '${id}'.`);
  const text = await readBrief(cli, brief);
  const { sources, skipped } = await collectSources(files, (given) => cli.path(given));
  for (const { label, why } of skipped) cli.say(cli.messageStyle.warn(`skipped ${toLine(label)}: ${why}`));
  if (files.length > 0 && sources.length === 0)
    throw new TasukiError("contract_violation", "None of the files can be read as a document, so there is nothing to answer from.");
  const attachments = await uploadSources(client, sources, { signal: cli.signal });
  const run = await client.start({
    v: 1,
    kind: "run",
    brief: text,
    attachments,
    ...(profile !== undefined && { profile }),
    ...(id !== undefined && { id }),
  });
  cli.say(cli.messageStyle.dim(`main has signed for the run, with ${counted(sources.length, "source")}`));
  return run;
}

async function readBrief(cli: Cli, given: string): Promise<string> {
  const text = given === "-" ? await readAll(cli.stdin) : await readFileOrText(cli.path(given), given);
  if (text.trim() === "") throw new TasukiError("contract_violation", "The brief is empty: say what the run is to answer.");
  if (text.length > maxBrief)
    throw new TasukiError(
      "too_large",
      `The brief has ${text.length} characters; at most ${maxBrief} are taken. Give the long part as a file.`,
    );
  return text;
}

/** A path that is no file is a text: a question may well hold a slash. Only what is nothing but a document's name is a mistake. */
async function readFileOrText(path: string, given: string): Promise<string> {
  const isFile = path.includes("\0")
    ? false
    : await stat(path).then(
        (found) => found.isFile(),
        () => false,
      );
  if (!isFile && /^\S+\.(?:md|markdown|txt)$/i.test(given))
    throw new TasukiError("not_found", `There is no file ${path} to read the brief from.`);
  return isFile ? readFile(path, "utf8") : given;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
