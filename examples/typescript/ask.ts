// A program of its own that asks a local relay a question: `node ask.ts [--data DIR] QUESTION FILE…`. It prints the final text.
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type BusClient, createSocketClient } from "@tasuki/bus";
import { brief } from "@tasuki/contracts/artifacts/brief";
import { type JpFinal, jpFinal } from "@tasuki/contracts/artifacts/jp-final";
import { type Attachment, conclusionOf, type RunRequest, sha256Of, taskPayloadType } from "@tasuki/protocol";

/** Uploads a file as the n-th source. The bytes go up as they are; main extracts their text. */
async function uploadSource(main: BusClient, path: string, nth: number): Promise<Attachment> {
  const bytes = await readFile(path);
  const blob = { sha256: sha256Of(bytes), size: bytes.length, bytes: Readable.from([bytes]) };
  const { contract, sha256, size } = await main.uploadBytes("source@1", blob);
  return { name: `S${nth}${extname(path)}`, contract, size, sha256, label: basename(path) };
}

/** Uploads the brief and starts a run. Resolves with the run's id, once main has signed for the task. */
async function startRun(main: BusClient, question: string, sources: readonly Attachment[]): Promise<string> {
  const { contract, sha256, size } = await main.upload(brief, { text: question, questions: [{ id: "Q1", text: question }] });
  const request: RunRequest = { v: 1, kind: "run", attachments: [{ name: brief.file, contract, sha256, size }, ...sources] };
  // The task of a run needs no signature: main's socket is open to the operators alone.
  const payload = Buffer.from(JSON.stringify(request)).toString("base64");
  const { run } = await main.task({ payload, payloadType: taskPayloadType, signatures: [] });
  return run;
}

/** Resolves once a run is closed. Rejects where it ends otherwise, or does not go on without a person. */
async function closed(main: BusClient, id: string): Promise<void> {
  for (;;) {
    const { run } = await main.status({ run: id });
    // It is absent while the run goes on by itself: also where a node is away, or was not reached yet.
    const conclusion = run && conclusionOf(run);
    if (conclusion === "closed") return;
    if (conclusion === "needs-human") throw new Error(`The run ${id} needs a person: 'tasuki show ${id}' says for what, and what to type.`);
    if (conclusion !== undefined) throw new Error(`The run ${id} is ${conclusion}.`);
    await delay(200);
  }
}

function print({ title, sections, references }: JpFinal): void {
  console.log(title);
  for (const { heading, text } of sections) console.log(`\n${heading}\n${text}`);
  console.log();
  for (const { item, source, locator } of references) console.log(`[${item}] ${source}, ${locator}`);
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: "string", default: ".tasuki" } } });
const [question, ...files] = positionals;
if (question === undefined) throw new Error("Usage: node ask.ts [--data DIR] QUESTION FILE…");
const main = createSocketClient({ node: "main", socketPath: join(values.data, "main", "bus.sock") });
const sources = await Promise.all(files.map((path, at) => uploadSource(main, path, at + 1)));
const run = await startRun(main, question, sources);
console.error(`run ${run}`);
await closed(main, run);
const [final] = await main.read(jpFinal, { run });
if (final === undefined) throw new Error(`The run ${run} closed without a final text.`);
print(final);
