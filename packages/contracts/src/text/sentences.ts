/** A range of UTF-16 positions; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
// Abbreviations that are never the last word of a sentence: a name or a number follows them.
const neverFinal =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Fig|Figs|Eq|No|Nos|Vol|vs|cf|e\.g|i\.e|al|approx|ca|Gen|Col|Lt|Capt|Sen|Rep|Gov|Rev|Hon)\.\s*$/;
const abbreviation = /(?:^|[\s(])(?:[A-Za-z]{1,5}|(?:[A-Za-z]\.)+[A-Za-z])\.\s*$/;
const initial = /(?:^|[\s(.])[A-HJ-Z]\.\s*$/;
const quotation = /“[^“”]+”|(?<![\p{L}\p{N}])"[^"]+"(?![\p{L}\p{N}])/gu;

/**
 * Splits a block of prose into sentences, each without the space around it. Line ends inside the block count as spaces, and a quotation is
 * not parted. The rules are Unicode's (UAX 29), with a pass that joins sentences that they part after abbreviations and initials.
 */
export function splitSentences(text: string, block: Range = { start: 0, end: text.length }): Range[] {
  // The flat text has the same length, so that positions stay. Marks inside a quotation, before its last two characters, must not end the
  // sentence around it.
  const flat = text
    .slice(block.start, block.end)
    .replaceAll(/[\r\n\f\t\u2028\u2029\u0085\v]/g, " ")
    .replaceAll(quotation, (quote) => quote.slice(0, -2).replaceAll(/[.!?…。！？]/gu, ",") + quote.slice(-2));
  const merged: { start: number; end: number }[] = [];
  for (const { segment, index } of segmenter.segment(flat)) {
    const last = merged.at(-1);
    const end = index + segment.length;
    const closed = last ? closingMarks(flat.charAt(last.end - 1), segment) : 0;
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

/** The number of marks at the start of a segment that close the emphasis of the sentence before it. To UAX 29 they are no closing punctuation. */
function closingMarks(before: string, next: string): number {
  return /\s/.test(before) ? 0 : (/^[*_~`]+(?=\s|$)/.exec(next)?.[0].length ?? 0);
}

function continues(before: string, next: string): boolean {
  if (/^\p{Ll}/u.test(next)) return true;
  // A mark without a space after it stands inside a word, a link or code, such as `[![an image](…)`.
  if (/[.!?][^\s\p{L}\p{N}]*$/u.test(before) && /^\S/.test(next)) return true;
  if (neverFinal.test(before) || initial.test(before)) return true;
  return abbreviation.test(before) && /^[a-z0-9(]/.test(next);
}

/** A text with one space for each run of white space, and none around it. Passages are compared in this form, across line breaks. */
export function normaliseSpace(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
