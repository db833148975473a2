import type { LinePart, PageLine } from "./pdf-lines.ts";

/** Row of a table among the lines of a page: the lines that it is made of, `to` exclusive, and the lines of each of its cells. */
export interface TableRow {
  readonly from: number;
  readonly to: number;
  readonly cells: readonly (readonly string[])[];
}

/** A part of a line, with what is known of the line. */
interface Piece extends LinePart {
  readonly size: number;
  /** Its place among the pieces of the page. */
  readonly index: number;
  /** Index of its line. */
  readonly line: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Cell by its pieces, from top to bottom; never empty. */
type Cell = readonly Piece[];

// A cell or a row with more is a text of its own, beside another one.
const mostLines = 12;
const mostCells = 24;
const mostWords = 80;
// Points by which the ends of the lines of a cell, and of the cells of a column, differ at most.
const ragged = 3;
// Sizes of type: by which a line is below the one before it in its cell, a cell is apart from the one on its left, and cells of one height differ.
const [below, apart, level] = [1.7, 0.5, 0.35];

const listMarker = /^(?:[-–—•▪◦·*+○●■□►]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]|\d{1,3}|\d+(?:\.\d+)+\.?|\[\w{1,12}\])$/iu;

/**
 * Rows of tables among the lines of a page, in the order in which the file has them: each cell from top to bottom, then the one on its right, which
 * stands at the same height. Lines that are something other are left out. A row whose columns no other row of the page has is none, and neither are the points of a list, code, and long texts
 * beside each other.
 */
export function findRows(lines: readonly PageLine[], isOther: (line: PageLine, at: number) => boolean): readonly TableRow[] {
  const pieces: Piece[] = [];
  for (const [line, each] of lines.entries()) {
    const { parts, size } = each;
    if (isOther(each, line)) continue;
    for (const [at, part] of parts.entries())
      pieces.push({ ...part, size, index: pieces.length, line, isFirst: at === 0, isLast: at === parts.length - 1 });
  }
  const rows: (readonly Cell[])[] = [];
  for (let at = 0; at < pieces.length;) {
    const cells = rowFrom(pieces, at);
    if (cells.length > 1 && isTabular(cells)) rows.push(cells);
    // The first cell may begin some lines below, and the row end before the last piece that was tried.
    at = (cells.at(-1)?.at(-1)?.index ?? at) + 1;
  }
  return rows.filter(createTableJudge(rows)).map(tableRowOf);
}

/** Judge of rows: true for one that has a column in common with the row before or after it, or, being of columns far apart, with any of the page. */
function createTableJudge(rows: readonly (readonly Cell[])[]): (row: readonly Cell[], at: number) => boolean {
  const keys = rows.map(keysOf);
  const counts = new Map<string, number>();
  for (const key of keys.flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  const isBelow = (row: readonly Cell[] | undefined, before: readonly Cell[] | undefined): boolean =>
    row?.[0]?.[0] !== undefined && row[0][0].line === (before?.at(-1)?.at(-1)?.line ?? -2) + 1;
  return (row, at) => {
    const own = keys[at] ?? [];
    const beside = new Set([
      ...(isBelow(row, rows[at - 1]) ? (keys[at - 1] ?? []) : []),
      ...(isBelow(rows[at + 1], row) ? (keys[at + 1] ?? []) : []),
    ]);
    const near = own.map((key) => ({ key, all: neighboursOf(key) }));
    if (near.some(({ all }) => all.some((one) => beside.has(one)))) return true;
    return isWide(row) && near.some(({ key, all }) => all.some((one) => (counts.get(one) ?? 0) > (one === key ? 1 : 0)));
  };
}

/** True for cells that are far apart. */
function isWide(row: readonly Cell[]): boolean {
  return row.every((cell, at) => {
    const next = row[at + 1];
    return (
      next === undefined || Math.min(...next.map(({ x }) => x)) - Math.max(...cell.map(({ right }) => right)) >= 2 * (cell[0]?.size ?? 0)
    );
  });
}

/** Cells of a row that begins at a piece; fewer than two where none does. */
function rowFrom(pieces: readonly Piece[], start: number): readonly Cell[] {
  const first = pieces[start];
  if (first?.isFirst !== true) return [];
  const cells: Piece[][] = [[first]];
  for (let at = start + 1; at < pieces.length; at += 1) {
    const piece = pieces[at];
    const cell = cells.at(-1);
    if (piece === undefined || cell === undefined || piece.line - (pieces[at - 1]?.line ?? 0) > 1) break;
    if (goesOn(cell, piece)) {
      cell.push(piece);
      if (cell.length > mostLines) break;
    } else if (isBeside(cells, piece) && cells.length < mostCells) cells.push([piece]);
    else break;
  }
  return aligned(cells);
}

function goesOn(cell: Cell, piece: Piece): boolean {
  const last = cell.at(-1);
  const [first] = cell;
  if (first === undefined || last === undefined || !piece.isFirst) return false;
  const down = piece.y - last.y;
  const isUnder = Math.abs(piece.x - first.x) <= ragged || Math.abs(piece.x + piece.right - first.x - first.right) <= 2 * ragged;
  return isUnder && down > 0.5 * piece.size && down <= below * piece.size;
}

/** True for a piece on the right of the last line of a cell, no lower than that. */
function isBeside(cells: readonly Cell[], piece: Piece): boolean {
  const last = cells.at(-1)?.at(-1);
  return last !== undefined && piece.x >= last.right + apart * piece.size && piece.y <= last.y + level * piece.size;
}

/**
 * Cells of one row, as far as they stand at one height: with their first lines, their last, or their middles. Lines above the first cell that are none of
 * its own are left out.
 */
function aligned([first = [], ...rest]: readonly Cell[]): readonly Cell[] {
  const [second] = rest;
  if (second === undefined) return [];
  const own = first.map((_, at) => first.slice(at)).find((cell) => isLevel(cell, second) && isLeftOf(cell, second));
  if (own === undefined || own[0]?.isFirst !== true) return [];
  const cells: Cell[] = [own];
  let tallest: Cell = own;
  for (const cell of rest) {
    if (!isLevel(cell, tallest) || !isLeftOf(cells.at(-1) ?? own, cell)) break;
    cells.push(cell);
    if (heightOf(cell) > heightOf(tallest)) tallest = cell;
  }
  return cells.at(-1)?.at(-1)?.isLast === true ? cells : [];
}

function isLevel(one: Cell, other: Cell): boolean {
  const near = level * (one[0]?.size ?? 10);
  const [top, bottom] = [topOf(one) - topOf(other), bottomOf(one) - bottomOf(other)];
  return Math.abs(top) <= near || Math.abs(bottom) <= near || Math.abs(top + bottom) <= 2 * near;
}

function isLeftOf(cell: Cell, other: Cell): boolean {
  const left = Math.min(...other.map(({ x }) => x));
  return cell.every(({ right, size }) => right + apart * size <= left);
}

function topOf(cell: Cell): number {
  return cell[0]?.y ?? 0;
}

function bottomOf(cell: Cell): number {
  return cell.at(-1)?.y ?? 0;
}

function heightOf(cell: Cell): number {
  return bottomOf(cell) - topOf(cell);
}

function isTabular(cells: readonly Cell[]): boolean {
  const pieces = cells.flat();
  if (cells.some((cell) => cell.length > mostLines) || pieces.every(({ isCode }) => isCode)) return false;
  if (cells.length === 2 && listMarker.test(cells[0]?.[0]?.text ?? "")) return false;
  return pieces.reduce((sum, { text }) => sum + Math.max(text.split(" ").length, text.length / 10), 0) <= mostWords;
}

/** Keys of the columns that a row has beside its first: of rows of one table one is the same at least, by its left, its right, or its middle. */
function keysOf([first, ...rest]: readonly Cell[]): string[] {
  const left = bucketOf(first?.[0]?.x ?? 0);
  return rest.flatMap((cell) => {
    const [from, to] = [Math.min(...cell.map(({ x }) => x)), Math.max(...cell.map(({ right }) => right))];
    return [`l ${left} ${bucketOf(from)}`, `r ${left} ${bucketOf(to)}`, `m ${left} ${bucketOf((from + to) / 2)}`];
  });
}

function bucketOf(x: number): number {
  return Math.round(x / ragged);
}

function neighboursOf(key: string): string[] {
  const [side = "", left = 0, edge = 0] = key.split(" ");
  return [-1, 0, 1].flatMap((one) => [-1, 0, 1].map((other) => `${side} ${Number(left) + one} ${Number(edge) + other}`));
}

function tableRowOf(cells: readonly Cell[]): TableRow {
  const pieces = cells.flat();
  return {
    from: pieces[0]?.line ?? 0,
    to: (pieces.at(-1)?.line ?? -1) + 1,
    cells: cells.map((cell) => cell.map(({ text }) => text)),
  };
}
