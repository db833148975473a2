// Process that reads raw sources, one after another. Each is noted as begun, and finished on disk before the next, so that the parent knows
// which source killed the process.
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { type Pipeline, toProblem } from "@tasuki/protocol";
import { loadPipeline } from "../define/load-pipeline.ts";
import { type ExtractNote, ExtractRequest, textFileOf } from "./extract-messages.ts";
import { extractSource } from "./extract-source.ts";

// Rejections that a reader of a damaged file leaves to nobody, as pdf.js does: what becomes of the reading is told by its own promise.
process.on("unhandledRejection", () => undefined);

const request = ExtractRequest.parse(await json(process.stdin));
const note = (line: ExtractNote): void => appendFileSync(request.notes, `${JSON.stringify(line)}\n`);

async function extractOne({ intake }: Pipeline, { id, name }: ExtractRequest["sources"][number]): Promise<ExtractNote> {
  const extraction = await extractSource(await readFile(join(request.from, name)), name);
  process.stdout.write(`${id}\n`);
  if ("unreadable" in extraction) return { id, ...extraction };
  const { mediaType, text, ...found } = extraction;
  if (intake.sources === undefined) return { id, mediaType, unreadable: "this relay takes no sources" };
  const file = textFileOf(intake.sources, id);
  const bytes = Buffer.from(text, "utf8");
  const most = intake.sources.maxBytes;
  if (bytes.length > most)
    return { id, mediaType, unreadable: `its text has ${toMiB(bytes.length)}, and at most ${toMiB(most)} are read: give it in parts` };
  const parsed = intake.sources.read(text, file);
  if (!parsed.ok) {
    const [first] = parsed.unmet;
    return { id, mediaType, unreadable: `its text breaks the contract: expected ${first?.expected}, found ${first?.got}` };
  }
  await writeFile(join(request.to, file), bytes);
  return { id, mediaType, ...found, text: { name: file, sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length } };
}

function toMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

const pipeline = await loadPipeline(request.pipeline).catch((error: unknown) => note({ refused: toProblem(error) }));
if (pipeline !== undefined)
  for (const source of request.sources) {
    note({ id: source.id, begun: true });
    note(await extractOne(pipeline, source));
  }
