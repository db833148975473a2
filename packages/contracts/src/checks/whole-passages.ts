import type { Document, Unmet } from "@tasuki/protocol";
import type { DeRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import { indexText, type TextIndex } from "../text/text-index.ts";
import { createCuts } from "../text/whole-passages.ts";
import { place } from "./collect.ts";

/**
 * Checks that every passage is quoted from the start of a sentence, an item, a cell or a line to the end of one: what is cut inside a sentence
 * would be read as the whole of it.
 */
export function* checkWholePassages(raw: Document<DeRawOutput>, sources: ReadonlyMap<string, Document<string>>): Generator<Unmet> {
  const known = new Map<string, { readonly index: TextIndex; readonly cutOf: ReturnType<typeof createCuts> }>();
  for (const [at, { candidate, source, bytes, text }] of raw.value.blocks.entries()) {
    const document = sources.get(source);
    if (document === undefined) continue;
    const { index, cutOf } = known.get(source) ?? { index: indexText(document.text), cutOf: createCuts(document.text) };
    known.set(source, { index, cutOf });
    // A passage that does not stand at its place is another check's to report.
    if (bytes.last < bytes.first || bytes.last >= index.bytes.length) continue;
    const cut = cutOf({ start: index.positionOf(bytes.first), end: index.positionOf(bytes.last + 1) });
    if (cut === undefined) continue;
    yield {
      ...place(raw, `== ${candidate} ${source} bytes=${bytes.first}-`),
      path: `blocks.${at}`,
      expected: `whole sentences: “${cut.slice(0, 200)}”`,
      got: `“${text.slice(0, 40)}” to “${text.slice(-40)}”`,
      fix: "quote the sentence from its start to its end",
    };
  }
}
