import type { Range } from "@tasuki/contracts";

// Measured on XQuAD: at 75 words the first quote holds the answer in 84 % of cases, at 90 in 87 %; beyond that quotes read as pages.
const windowWords = 90;

export interface WindowSentence extends Range {
  /** Sentences of different groups (a paragraph, a list) don't share a window. */
  readonly group: number;
  readonly words: number;
}

/**
 * The range around the sentence at `anchor`, to about 90 words: one sentence back where the anchor leans on it, then forward, then back.
 * It stays in the anchor's group and ends before what is not `free`.
 */
export function growWindow(
  sentences: readonly WindowSentence[],
  anchor: number,
  { leans, free }: { leans: boolean; free: (sentence: WindowSentence) => boolean },
): Range {
  const middle = sentences[anchor];
  if (middle === undefined) throw new Error("the anchor is one of the sentences");
  let [first, last, words] = [anchor, anchor, middle.words];
  const take = (at: number): boolean => {
    const next = sentences[at];
    if (next === undefined || next.group !== middle.group || words + next.words > windowWords || !free(next)) return false;
    words += next.words;
    return true;
  };
  if (leans && take(anchor - 1)) first -= 1;
  while (take(last + 1)) last += 1;
  while (take(first - 1)) first -= 1;
  return { start: sentences[first]?.start ?? middle.start, end: sentences[last]?.end ?? middle.end };
}
