// Job of an extraction: reads raw sources, one after another. Each is told as begun, and finished on disk before the next, so that the parent knows
// which source killed the process.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Pipeline, toProblem } from "@tasuki/protocol";
import { loadPipeline } from "../define/load-pipeline.ts";
import type { JobTools, Perform } from "../supervise/child-channel.ts";
import { type ExtractNote, ExtractRequest, textFileOf } from "./extract-messages.ts";
import { extractSource } from "./extract-source.ts";

export const perform: Perform = async (request, tools): Promise<void> => {
  // Rejections that a reader of a damaged file leaves to nobody, as pdf.js does: what becomes of the reading is told by its own promise.
  process.on("unhandledRejection", () => undefined);
  const asked = ExtractRequest.parse(request);
  const tell = (note: ExtractNote): void => tools.tell(note);
  const pipeline = await loadPipeline(asked.pipeline).catch((error: unknown) => tell({ refused: toProblem(error) }));
  if (pipeline === undefined) return;
  for (const source of asked.sources) {
    tell({ id: source.id, begun: true });
    tell(await extractOne(pipeline, source, { ...asked, tools }));
  }
};

interface ExtractOne extends Pick<ExtractRequest, "blocks" | "from" | "to"> {
  readonly tools: JobTools;
}

async function extractOne(
  { intake }: Pipeline,
  { id, name }: ExtractRequest["sources"][number],
  { blocks: mostBlocks, from, to, tools }: ExtractOne,
): Promise<ExtractNote> {
  const extraction = await extractSource(await readFile(join(from, name)), name);
  tools.progress(id);
  if ("unreadable" in extraction) return { id, ...extraction };
  const { mediaType, text, blocks, ...found } = extraction;
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
  await writeFile(join(to, file), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    id,
    mediaType,
    ...found,
    ...(blocks && { blocks: blocks.slice(0, mostBlocks) }),
    text: { name: file, sha256, size: bytes.length },
  };
}

function toMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
