import { styleText } from "node:util";
import { toShown } from "./plain-text.ts";

/** Words for a line: anybody's, or a line's own. */
export type Words = string | Line;

/** Line for a screen, made by paints and `line` alone: colours of this program, around words that can't steer the screen. */
export class Line {
  /** Text with its colours, as it is written. */
  readonly shown: string;

  private constructor(shown: string) {
    this.shown = shown;
  }

  static of(words: Words, paint: (shown: string) => string = (shown) => shown): Line {
    return new Line(paint(words instanceof Line ? words.shown : toShown(words)));
  }

  /** Line of several words, one after the other. */
  static join(all: readonly Words[], between = ""): Line {
    return new Line(
      all
        .map((words) => Line.of(words).shown)
        .join(between)
        .trimEnd(),
    );
  }
}

/** Line out of a template. Words that are put in stay on the line, whatever is in them. */
export function line(texts: TemplateStringsArray, ...words: readonly (Words | number)[]): Line {
  return Line.join(texts.flatMap((text, at) => (at === 0 ? [text] : [toWords(words[at - 1]), text])));
}

function toWords(words: Words | number | undefined): Words {
  return words instanceof Line ? words : String(words);
}

/** Paints for words, one for each meaning. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly mark: Paint;
}

export type Paint = (words: Words) => Line;

/** A style for a terminal; without colours, its paints leave words as they are. */
export function createStyle(hasColor: boolean): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (words) =>
      Line.of(words, (shown) => (hasColor ? styleText(format, shown, { validateStream: false }) : shown));
  return { bold: paint("bold"), dim: paint("dim"), good: paint("green"), bad: paint("red"), warn: paint("yellow"), mark: paint("cyan") };
}
