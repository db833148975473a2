import { splitSentences } from "@tasuki/contracts";
import { deRawOutput } from "@tasuki/contracts/artifacts/de-raw-output";
import type { EmbeddedRun } from "@tasuki/finder/testing";

/** Quotations of runs, each passage once, and those that begin or end inside a sentence of their source. */
export interface Cuts {
  add(run: EmbeddedRun, set: string): void;
  readonly total: number;
  readonly cut: readonly string[];
}

export function createCuts(): Cuts {
  const seen = new Set<string>();
  const cut: string[] = [];
  let total = 0;
  return {
    add({ documents }, set) {
      const { blocks } = deRawOutput.schema.parse(documents["de-raw-output"]?.[0]?.value);
      const texts = new Map(documents["source-text"]?.map(({ name, text }) => [name.replace(".txt", ""), Buffer.from(text)]));
      total += blocks.length;
      for (const { source, bytes } of blocks) {
        const place = `${set} ${source} ${bytes.first}-${bytes.last}`;
        const text = texts.get(source);
        if (text === undefined || seen.has(place)) continue;
        seen.add(place);
        const start = text.subarray(0, bytes.first).toString().length;
        const end = start + text.subarray(bytes.first, bytes.last + 1).toString().length;
        if (!isWhole(text.toString(), { start, end }))
          cut.push(`${place}: …${text.subarray(Math.max(bytes.first, bytes.last - 40), bytes.last + 1).toString()}`);
      }
    },
    get total() {
      return total;
    },
    cut,
  };
}

/** True for a range that begins and ends with sentences of its paragraphs, the marks of lists aside. */
function isWhole(text: string, { start, end }: { readonly start: number; readonly end: number }): boolean {
  const from = text.lastIndexOf("\n\n", start) + 1;
  const next = text.indexOf("\n\n", end);
  const sentences = splitSentences(text, { start: from, end: next === -1 ? text.length : next });
  const mark = /(?:^|\n)[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+$/.exec(text.slice(from, start))?.[0].trimStart().length ?? 0;
  return sentences.some((one) => one.start === start || one.start === start - mark) && sentences.some((one) => one.end === end);
}
