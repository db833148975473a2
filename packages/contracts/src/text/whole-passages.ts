import { splitSentences, type Range } from "./sentences.ts";
import { countBefore } from "./text-index.ts";

// Length of a sentence that may be cut, characters: of a text without full stops, a passage must not become the whole.
const longest = 1_000;
// Length of the marks that an item begins with, characters.
const longestMark = 80;
const blank = /(?:\r\n|\r(?!\n)|[\n\u0085\u2028\u2029])[ \t]*[\n\r\u0085\u2028\u2029]|\f/g;
const lineEnd = /\r\n|[\n\r\v\u0085\u2028\u2029]/g;
const itemMarks = /^[\s>|#]*(?:(?:[-*+•]|\d{1,3}[.)])\s*)?$/u;
// Columns, rows and code, whose lines stand alone.
const laidOut = /^\s*(?:\||```|~~~)|\S {3,}\S| \| |\t|[{};=]\s*$/u;
const letter = /[\p{L}\p{N}]/u;
const fence = /^ {0,3}(?:`{3}|~{3})/gm;
// Marks at the start of a line that begins something new.
const mark = /^\s*(?:[-*+•>|#]|\d{1,3}[.)]\s|`{3}|~{3})/u;
// Length of a line from which on it may be prose that is wrapped, and of what is read of a line, characters.
const wrapped = 40;
const near = 200;

/** Places where a paragraph may be cut. Positions are those of the text. */
interface Paragraph extends Range {
  /** Starts of its lines. */
  readonly lines: readonly number[];
  readonly sentences: readonly Range[];
  /** Sentences of each line by itself, in order. */
  readonly inLines: readonly Range[];
}

/**
 * Reader of the cuts in a text: called with a range of UTF-16 positions, it returns the sentence that the range begins or ends within; undefined where the
 * range goes from the start of a sentence, an item, a cell or a line to the end of one. The end of a line is none where wrapped prose goes on with a small letter,
 * or behind a full stop that ends no sentence (`31.` of a date). A paragraph is read once, when it is first asked about.
 */
export function createCuts(text: string): (range: Range) => string | undefined {
  const fences = Array.from(text.matchAll(fence), ({ index }) => index);
  const isCode = (position: number): boolean => countBefore(fences, position + 1) % 2 === 1;
  const starts = [0, ...Array.from(text.matchAll(blank), ({ index, 0: end }) => index + end.length)];
  const known = new Map<number, Paragraph>();
  const paragraphAt = (position: number): Paragraph => {
    const at = countBefore(starts, position + 1) - 1;
    const found = known.get(at) ?? readParagraph(text, { start: starts[at] ?? 0, end: starts[at + 1] ?? text.length });
    known.set(at, found);
    return found;
  };
  return ({ start, end }) =>
    (isCode(start) ? undefined : cutAtStart(text, start, paragraphAt(start))) ??
    (isCode(end - 1) ? undefined : cutAtEnd(text, end, paragraphAt(end - 1)));
}

function readParagraph(text: string, { start, end }: Range): Paragraph {
  const ends = Array.from(text.slice(start, end).matchAll(lineEnd), ({ index, 0: mark }) => start + index + mark.length);
  const lines = [start, ...ends.filter((one) => one < end)];
  return {
    start,
    end,
    lines,
    sentences: splitSentences(text, { start, end }),
    inLines: lines.flatMap((from, at) => splitSentences(text, { start: from, end: lines[at + 1] ?? end })),
  };
}

/** The sentence that a position is within: it has letters before the position and behind it. Undefined where it is longer than any that people read. */
function sentenceWithin(text: string, sentences: readonly Range[], position: number): string | undefined {
  let [from, to] = [0, sentences.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sentences[middle]?.end ?? 0) <= position) from = middle + 1;
    else to = middle;
  }
  const { start, end } = sentences[from] ?? { start: position, end: position };
  if (start >= position || end - start > longest) return undefined;
  return letter.test(text.slice(start, position)) && letter.test(text.slice(position, end)) ? text.slice(start, end) : undefined;
}

function cutAtStart(text: string, position: number, paragraph: Paragraph): string | undefined {
  const sentence = sentenceWithin(text, paragraph.sentences, position);
  if (sentence === undefined) return undefined;
  const line = paragraph.lines[countBefore(paragraph.lines, position + 1) - 1] ?? 0;
  const before = position - line <= longestMark ? text.slice(line, position) : "x";
  if (/\|\s*$/.test(text.slice(Math.max(line, position - longestMark), position))) return undefined;
  if (itemMarks.test(before)) return before.trim() === "" && goesOn(text, line, paragraph) ? sentence : undefined;
  return sentenceWithin(text, paragraph.inLines, position) === undefined ? undefined : sentence;
}

function cutAtEnd(text: string, position: number, paragraph: Paragraph): string | undefined {
  const sentence = sentenceWithin(text, paragraph.sentences, position);
  if (sentence === undefined) return undefined;
  if (/^\s*\|/.test(text.slice(position, position + longestMark))) return undefined;
  const next = paragraph.lines[countBefore(paragraph.lines, position)];
  if (next !== undefined && text.slice(position, Math.min(next, position + longestMark)).trim() === "" && next - position <= longestMark)
    return goesOn(text, next, paragraph) ? sentence : undefined;
  return sentenceWithin(text, paragraph.inLines, position) === undefined ? undefined : sentence;
}

/** True for a line of prose that goes on with the sentence of the line before it. */
function goesOn(text: string, line: number, { lines, end }: Paragraph): boolean {
  const at = countBefore(lines, line);
  if (at === 0) return false;
  const from = lines[at - 1] ?? 0;
  const before = text.slice(Math.max(from, line - near), line);
  const own = text.slice(line, Math.min(lines[at + 1] ?? end, line + near));
  if (mark.test(own) || laidOut.test(before) || laidOut.test(own)) return false;
  return /[\p{L}\p{N}][.!?]\s*$/u.test(before) || (before.trim().length >= wrapped && /^\s*\p{Ll}/u.test(own));
}
