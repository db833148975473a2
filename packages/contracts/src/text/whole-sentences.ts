import { splitSentences } from "./sentences.ts";

/** A passage by its letters and digits alone, with the places where a sentence, an item, a row or a line of code begins or ends. */
export interface Reading {
  readonly letters: string;
  /** Positions in `letters`. */
  readonly boundaries: ReadonlySet<number>;
  /** Positions in `letters` where a line begins or ends. */
  readonly lines: ReadonlySet<number>;
  /** Number of the paragraph that a position is in. */
  paragraphAt(position: number): number;
}

// White space and marks, in which a text may differ from the passage that it takes over.
const marks = /[^\p{L}\p{N}\p{M}%‰§&]+/gu;
// Line ends other than Unix's.
const lineEnd = /\r\n|[\r\u0085\u2028\u2029]/g;
const paragraphEnd = /\n\s*\n/;
const itemMark = /^[ \t]*(?:[-*+•>|#]+|\d{1,3}[.)])[ \t]+/;

// Citations of a passage's own, which are none of its words.
const citations = /\[C[1-9][0-9]{0,4}(?:,\s?C[1-9][0-9]{0,4})*\]/g;

/** The letters and digits of a text, without citations. */
export function lettersOf(text: string): string {
  return text.replaceAll(citations, "").replaceAll(marks, "");
}

/**
 * Readings of a passage. A line that begins with a number may be an item, whose number is a mark, or go on with a sentence ("compressed O / 2. It
 * …"): the passage is then read in both ways.
 */
export function readPassage(text: string): readonly Reading[] {
  const passage = text.replaceAll(lineEnd, "\n");
  const isAmbiguous = /^[ \t]*\d{1,3}[.)][ \t]/m.test(passage);
  return isAmbiguous ? [read(passage, true), read(passage, false)] : [read(passage, true)];
}

function read(passage: string, numbersAreMarks: boolean): Reading {
  const [boundaries, lines] = [new Set<number>([0]), new Set<number>([0])];
  const starts: number[] = [];
  let letters = "";
  let end = 0;
  const add = (text: string): void => {
    let from = 0;
    for (const { start, end } of splitSentences(text)) {
      letters += lettersOf(text.slice(from, start));
      boundaries.add(letters.length);
      letters += lettersOf(text.slice(start, end));
      boundaries.add(letters.length);
      from = end;
    }
  };
  for (const paragraph of passage.split(paragraphEnd)) {
    starts.push(letters.length);
    const laidOut = isLaidOut(paragraph);
    let block = "";
    for (const line of paragraph.split("\n")) {
      const mark = itemMark.exec(line)?.[0] ?? "";
      const isItem = mark !== "" && (numbersAreMarks || !/\d/.test(mark));
      if (isItem || laidOut) {
        add(block);
        block = "";
      }
      const content = isItem ? line.slice(mark.length) : line;
      block += `${content}\n`;
      lines.add((end += lettersOf(content).length));
    }
    add(block);
  }
  const paragraphAt = (position: number): number => {
    let [from, to] = [0, starts.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((starts[middle] ?? 0) <= position) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return { letters, boundaries, lines, paragraphAt };
}

/** True for lines that are no prose: columns, code. */
function isLaidOut(text: string): boolean {
  return /^\s*(?:\||```|~~~)|\S {3,}\S| \| |[{};=]\s*$/m.test(text);
}
