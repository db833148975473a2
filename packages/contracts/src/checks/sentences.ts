/** A range of UTF-16 positions; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
// Never the last word of a sentence, or followed by a name or a number.
const neverFinal =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Fig|Figs|Eq|No|Nos|Vol|vs|cf|e\.g|i\.e|al|approx|ca|Gen|Col|Lt|Capt|Sen|Rep|Gov|Rev|Hon)\.\s*$/;
const abbreviation = /(?:^|[\s(])(?:[A-Za-z]{1,5}|(?:[A-Za-z]\.)+[A-Za-z])\.\s*$/;
const initial = /(?:^|[\s(.])[A-HJ-Z]\.\s*$/;
const quotation = /“[^“”]+”|(?<![\p{L}\p{N}])"[^"]+"(?![\p{L}\p{N}])/gu;

/**
 * The sentences of one block of prose, each without the space around it. Line ends inside the block are spaces to it, and a quotation is
 * not parted. Unicode's rules (UAX 29), plus a pass that puts back together what they part after abbreviations and initials.
 */
export function splitSentences(text: string, block: Range = { start: 0, end: text.length }): Range[] {
  // Same length, so that positions stay. What ends a sentence inside a quotation, before its last two characters, must not end this one.
  const flat = text
    .slice(block.start, block.end)
    .replaceAll(/[\r\n\f\t\u2028\u2029\u0085\v]/g, " ")
    .replaceAll(quotation, (quote) => quote.slice(0, -2).replaceAll(/[.!?…。！？]/gu, ",") + quote.slice(-2));
  const merged: { start: number; end: number }[] = [];
  for (const { segment, index } of segmenter.segment(flat)) {
    const last = merged.at(-1);
    const end = index + segment.length;
    const closed = last ? closingMarks(flat.slice(0, last.end), segment) : 0;
    if (last && closed > 0) last.end += closed;
    if (last && (last.end === end || continues(flat.slice(Math.max(last.start, last.end - 40), last.end), segment.slice(closed))))
      last.end = end;
    else merged.push({ start: index + closed, end });
  }
  return merged.flatMap(({ start, end }) => {
    const piece = flat.slice(start, end);
    const from = start + (piece.length - piece.trimStart().length);
    const to = end - (piece.length - piece.trimEnd().length);
    return to > from ? [{ start: block.start + from, end: block.start + to }] : [];
  });
}

/** How many marks at the start of a segment close the emphasis of the sentence before it: to UAX 29 they are not closing punctuation. */
function closingMarks(before: string, next: string): number {
  return /\s$/.test(before) ? 0 : (/^[*_~`]+(?=\s|$)/.exec(next)?.[0].length ?? 0);
}

function continues(before: string, next: string): boolean {
  if (/^\p{Ll}/u.test(next)) return true;
  // No space between: a mark inside a word, a link or code, such as `[![an image](…)`.
  if (/[.!?][^\s\p{L}\p{N}]*$/u.test(before) && /^\S/.test(next)) return true;
  if (neverFinal.test(before) || initial.test(before)) return true;
  return abbreviation.test(before) && /^[a-z0-9(]/.test(next);
}
