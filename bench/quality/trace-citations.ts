import { createHash } from "node:crypto";
import type { EmbeddedRun } from "@tasuki/finder/testing";
import { deRawOutput } from "@tasuki/contracts/artifacts/de-raw-output";
import { jpFinal } from "@tasuki/contracts/artifacts/jp-final";

/**
 * Counts the citations of the final text that lead to bytes of a source: each has a reference, whose digest is that of a block of the item, whose
 * range of the source has that digest; and the sentence before the citation is part of these bytes. The gates check the same by code of their
 * own, so that this measures them, too.
 */
export function traceCitations({ documents }: EmbeddedRun): { citations: number; resolved: number } {
  const final = jpFinal.schema.parse(documents["jp-final"]?.[0]?.value);
  const { blocks } = deRawOutput.schema.parse(documents["de-raw-output"]?.[0]?.value);
  const texts = new Map(documents["source-text"]?.map(({ name, text }) => [name.replace(".txt", ""), Buffer.from(text)]));
  let [citations, resolved] = [0, 0];
  for (const { text } of final.sections)
    for (const [, before = "", item = ""] of text.matchAll(/([^\n]*?)\s*\[(C\d+)\]/g)) {
      citations += 1;
      const slices = final.references
        .filter((reference) => reference.item === item)
        .flatMap((reference) => blocks.filter((block) => block.candidate === item && block.sha256 === reference.sha256))
        .flatMap(({ source, bytes, sha256 }) => {
          const slice = texts.get(source)?.subarray(bytes.first, bytes.last + 1);
          return slice !== undefined && createHash("sha256").update(slice).digest("hex") === sha256 ? [flat(slice.toString())] : [];
        });
      // Marks of items, and of what is left out before the sentence, are the text's own.
      const sentence = flat(before.replace(/^\s*-\s+/, "").replace(/^\s*\[…\]\s*/, ""));
      if (slices.some((slice) => slice.includes(sentence))) resolved += 1;
    }
  return { citations, resolved };
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
