import { styleText } from "node:util";

/** Paints for text, one for each meaning. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly mark: Paint;
}
type Paint = (text: string) => string;

/** A style for a terminal; without colours, its paints leave text as it is. */
export function createStyle(hasColor: boolean): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      hasColor ? styleText(format, text, { validateStream: false }) : text;
  return { bold: paint("bold"), dim: paint("dim"), good: paint("green"), bad: paint("red"), warn: paint("yellow"), mark: paint("cyan") };
}
