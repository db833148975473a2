import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { sourceContract } from "@tasuki/bus";
import { checkProfile } from "@tasuki/node";
import { type AskedClocks, type Attachment, Id, isTasukiError, systemCause, TasukiError } from "@tasuki/protocol";
import type { OperatorClient } from "../api/operator-client.ts";
import { toLine } from "../render/plain-text.ts";
import { counted } from "../render/quantity.ts";
import type { Cli } from "./cli.ts";
import { collectSources, type SourceFile, sourceName } from "./collect-sources.ts";
import { readGivenText, toText } from "./read-given.ts";

export interface RunToStart {
  /** The brief as the user gave it: a text, a file's path, or `-` for stdin. */
  readonly brief: string;
  /** Files and folders, as the user gave them. */
  readonly files: readonly string[];
  /** One of the relay's profiles, which main knows. */
  readonly profile?: string;
  /** The run's id, a UUIDv7: a second start with the same one starts nothing. */
  readonly id?: string;
  /** Called with the text of the brief once all that the user gave is there, before anything is uploaded. */
  readonly onBrief?: (text: string) => Promise<void>;
  /** Most times that work may be sent back by itself. */
  readonly rounds?: number;
  readonly clocks?: AskedClocks;
  /** Most times that main retries one stage by itself, and whether the run fails where it would wait for a person. */
  readonly retries?: number;
  readonly fails?: boolean;
  /** Time by which the run is wanted, RFC 3339 UTC. */
  readonly deadline?: string;
}

export interface StartedRun {
  readonly run: string;
}

const maxBrief = 65_536;
const contract = `${sourceContract.name}@${sourceContract.version}`;
// Main commits together what arrives together; a few uploads at once keep it busy.
const uploadsAtOnce = 6;
const maxLabel = 1_024;

/** Uploads the sources of a run and starts it. Says which files were skipped, and why. */
export async function startRun(
  cli: Cli,
  client: OperatorClient,
  { brief, files, profile, id, rounds, clocks, retries, fails, deadline, onBrief }: RunToStart,
): Promise<StartedRun> {
  if (id !== undefined && !Id.safeParse(id).success)
    throw new TasukiError("malformed_request", `--id must be a UUID of version 7 (RFC 9562), not '${id}'.`);
  // Main refuses an unknown profile, but only once every source is uploaded.
  if (profile !== undefined) checkProfile({ profile }, await client.relay({ signal: cli.signal }));
  const text = await readBrief(cli, brief);
  const { sources, skipped } = await collectSources(files, (given) => cli.path(given)).catch((error: unknown) => {
    throw text === brief && !/\s/.test(text) ? withQuoteHint(error) : error;
  });
  for (const { label, why } of skipped) cli.say(cli.messageStyle.warn(`skipped ${toLine(label)}: ${why}`));
  if (files.length > 0 && sources.length === 0)
    throw new TasukiError("contract_violation", "None of what was given can be read as a document: there is nothing to answer from.");
  if (files.length === 0)
    cli.say(
      cli.messageStyle.warn(
        "no documents were given: there is nothing to answer from but the brief itself. To give some, name files or folders after the brief.",
      ),
    );
  await onBrief?.(text);
  cli.signal.throwIfAborted();
  const attachments = await uploadSources(client, sources, cli.signal);
  const run = await client.start({
    v: 1,
    kind: "run",
    brief: text,
    attachments,
    ...(profile !== undefined && { profile }),
    ...(id !== undefined && { id }),
    ...(rounds !== undefined && { rounds }),
    ...(clocks !== undefined && { clocks }),
    ...(retries !== undefined && { retries }),
    ...(fails === true && { fails }),
    ...(deadline !== undefined && { deadline }),
  });
  cli.say(cli.messageStyle.dim(`main has signed for the run, with ${counted(sources.length, "source")}`));
  return { run };
}

/** Error for files that are not there, beside a brief of one word: a brief that was not quoted is taken for files from its second word on. */
function withQuoteHint(error: unknown): unknown {
  if (!isTasukiError(error) || error.code !== "not_found") return error;
  return new TasukiError("not_found", `${error.message} A brief of several words is one argument: put it in quotes.`, { cause: error });
}

async function readBrief(cli: Cli, given: string): Promise<string> {
  const text =
    given === "-" ? toText(await readAll(cli.stdin), "what stdin gave") : given === "" ? "" : await readFileOrText(cli.path(given), given);
  if (text.trim() === "") throw new TasukiError("contract_violation", "The brief is empty: say what the run is to answer.");
  if (text.length > maxBrief)
    throw new TasukiError(
      "too_large",
      `The brief has ${text.length} characters; at most ${maxBrief} are taken. Give the long part as a file.`,
    );
  return text;
}

/**
 * The text of the file at a path; where there is none, the given text itself, which may well hold a slash. A folder, and a document's bare name, are a
 * mistake.
 */
async function readFileOrText(path: string, given: string): Promise<string> {
  const found = path.includes("\0") ? undefined : await stat(path).catch(() => undefined);
  const isFile = found?.isFile() === true;
  if (found?.isDirectory())
    throw new TasukiError(
      "malformed_request",
      `${path} is a folder, and the brief is the first argument: a text, a file, or - for stdin. Documents come after it.`,
    );
  if (!isFile && /^\S+\.(?:md|markdown|txt)$/i.test(given))
    throw new TasukiError("not_found", `There is no file ${path} to read the brief from.`);
  return isFile ? readGivenText(path) : given;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Uploads sources to main; resolves with the attachments that name them, in their order. */
async function uploadSources(client: OperatorClient, sources: readonly SourceFile[], signal: AbortSignal): Promise<Attachment[]> {
  const attachments: Attachment[] = [];
  const queue = sources.entries();
  const work = async (): Promise<void> => {
    for (const [at, source] of queue) {
      const sha256 = await digestOf(source.path).catch((cause: unknown) => {
        throw new TasukiError("not_found", `${source.path} can't be read any more: ${systemCause(cause)}.`, { cause });
      });
      await client.bus.uploadBytes(contract, { sha256, size: source.size, bytes: createReadStream(source.path) }, { signal });
      attachments[at] = { name: sourceName(at, source), contract, size: source.size, sha256, label: source.label.slice(0, maxLabel) };
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, work));
  return attachments;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
