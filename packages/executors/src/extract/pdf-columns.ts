import type { LinePart, PageLine } from "./pdf-lines.ts";

const mostColumns = 4;
// Fewest lines that stand beside each other in columns of text, and fewest words of a line there, on average.
const [fewestLines, fewestWords] = [6, 3];
// Share of the lines of a column that go on in the next one, and of those that are as far apart as most.
const [flowing, even] = [0.5, 0.8];
// Points by which the lines of a column begin, and follow each other, at other places.
const ragged = 3;

/**
 * Lines of a page in the order in which they are read, where a program wrote columns of text across, a line of each after the other: those of the left column
 * come first. The rows of a table stay as they are: what stands in them does not go on in the next row.
 */
export function partColumns(lines: readonly PageLine[]): PageLine[] {
  const ordered: PageLine[] = [];
  for (let at = 0; at < lines.length;) {
    const starts = lines[at]?.parts.map(({ x }) => x) ?? [];
    const run = starts.length < 2 || starts.length > mostColumns ? [] : runFrom(lines, at, starts);
    const columns = starts.map((start) => run.flatMap((line) => partAt(line, start) ?? []));
    if (run.length >= fewestLines && isEven(run) && columns.every(isText)) ordered.push(...columns.flat());
    else ordered.push(...lines.slice(at, at + Math.max(1, run.length)));
    at += Math.max(1, run.length);
  }
  return ordered;
}

/** Lines from one on whose parts begin where columns do. */
function runFrom(lines: readonly PageLine[], from: number, starts: readonly number[]): PageLine[] {
  const run: PageLine[] = [];
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at];
    const isWithin = line?.parts.every(({ x, right }, part) => {
      const column = starts.findIndex((start) => Math.abs(x - start) <= ragged);
      return column >= part && right < (starts[column + 1] ?? Infinity);
    });
    if (line === undefined || isWithin !== true) break;
    run.push(line);
  }
  return run;
}

function partAt(line: PageLine, start: number): PageLine | undefined {
  const part = line.parts.find(({ x }) => Math.abs(x - start) <= ragged);
  return part && lineOf(line, part);
}

function lineOf({ size, y }: PageLine, part: LinePart): PageLine {
  return { text: part.text, x: part.x, y, right: part.right, size, parts: [part] };
}

/** True for lines of a column that are a text: most go on in the next. */
function isText(column: readonly PageLine[]): boolean {
  if (column.length < fewestLines || column.every(({ parts }) => parts.every(({ isCode }) => isCode))) return false;
  const words = column.reduce((sum, { text }) => sum + Math.max(text.split(" ").length, text.length / 5), 0);
  const joints = column
    .slice(1)
    .filter(({ text }, at) => !/[.:;!?。：；！？]["'”’)\]]*$/u.test(column[at]?.text ?? "") && /^[\p{Ll}\p{Lo}(]/u.test(text));
  return words >= fewestWords * column.length && joints.length >= flowing * (column.length - 1);
}

/** True for lines that follow each other at one distance: between the rows of a table that have several lines there is more. */
function isEven(run: readonly PageLine[]): boolean {
  const distances = run.slice(1).map(({ y }, at) => y - (run[at]?.y ?? 0));
  const median = distances.toSorted((one, other) => one - other)[distances.length >> 1] ?? 0;
  return distances.filter((distance) => Math.abs(distance - median) <= 1).length >= even * distances.length;
}
