import { type Range, splitSentences } from "@tasuki/contracts";

// Lengths in characters, far above any paragraph and any sentence that people read; texts without line ends or full stops are cut there.
const longestBlock = 10_000;
const longestSentence = 1_000;

/** Sentences of a block, none longer than 1,000 characters: in a text without sentences, a quotation must not become the whole file. */
export function quotableSentences(text: string, block: Range): Range[] {
  return [...cut(text, block, longestBlock)].flatMap((part) =>
    splitSentences(text, part).flatMap((sentence) => [...cut(text, sentence, longestSentence)]),
  );
}

/** Parts of at most `most` characters, ended at white space or punctuation where there is any in the second half. */
function* cut(text: string, { start, end }: Range, most: number): Generator<Range> {
  let from = start;
  while (end - from > most) {
    const piece = text.slice(from, from + most);
    const at = /^.*[\s,;:.、，；。]/su.exec(piece)?.[0].length ?? 0;
    let to = from + (at > most / 2 ? at : most);
    // The cut is never between the halves of a surrogate pair.
    if (/[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1;
    yield* trimmed(text, { start: from, end: to });
    from = to;
  }
  yield* trimmed(text, { start: from, end });
}

function* trimmed(text: string, { start, end }: Range): Generator<Range> {
  const piece = text.slice(start, end);
  const range = { start: start + piece.length - piece.trimStart().length, end: end - (piece.length - piece.trimEnd().length) };
  if (range.end > range.start) yield range;
}
