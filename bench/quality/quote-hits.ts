import type { EmbeddedRun } from "@tasuki/finder/testing";
import { candidateList } from "@tasuki/contracts/artifacts/candidate-list";
import { deRawOutput } from "@tasuki/contracts/artifacts/de-raw-output";
import { jpFinal } from "@tasuki/contracts/artifacts/jp-final";

/** A passage that a run quotes for a question: a range of a source's bytes, `end` exclusive. */
export interface QuotedRange {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

/** Ranges that nano quotes for a question, best first. */
export function candidatesFor({ documents }: EmbeddedRun, question: string): readonly QuotedRange[] {
  const list = candidateList.schema.parse(documents["candidate-list"]?.[0]?.value);
  return rangesOf(
    { documents },
    list.candidates.filter(({ answers }) => answers.includes(question)).map(({ id }) => id),
  );
}

/** Ranges that the final text cites for a question, in its order; none where the text says that the sources don't answer. */
export function citationsFor({ documents }: EmbeddedRun, question: string): readonly QuotedRange[] {
  const final = jpFinal.schema.parse(documents["jp-final"]?.[0]?.value);
  const text = final.sections.find(({ heading }) => heading.startsWith(`${question}:`))?.text ?? "";
  return rangesOf({ documents }, [...new Set(text.match(/(?<=\[)C\d+(?=\])/g))]);
}

/** Ranges of the passages of items. */
export function rangesOf({ documents }: Pick<EmbeddedRun, "documents">, items: readonly string[]): readonly QuotedRange[] {
  const { blocks } = deRawOutput.schema.parse(documents["de-raw-output"]?.[0]?.value);
  return items.flatMap((item) =>
    blocks.filter(({ candidate }) => candidate === item).map(({ source, bytes }) => ({ source, start: bytes.first, end: bytes.last + 1 })),
  );
}

/** Counts, over questions, whether one of the first k quotations is right. */
export function createHits(most: number): { add(right: readonly boolean[]): void; at(k: number): number } {
  const hits = Array.from({ length: most }, () => 0);
  let questions = 0;
  return {
    add(right) {
      questions += 1;
      const first = right.indexOf(true);
      if (first !== -1) for (let k = first; k < most; k += 1) hits[k] = (hits[k] ?? 0) + 1;
    },
    at: (k) => (hits[k - 1] ?? 0) / Math.max(1, questions),
  };
}
