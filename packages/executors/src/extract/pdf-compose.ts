import type { SourceBlockKind } from "@tasuki/protocol";
import { isUnspaced, joinLines, wordsOf } from "./join-lines.ts";
import type { PageLine } from "./pdf-lines.ts";
import type { Page } from "./pdf-page.ts";
import { findRows, type TableRow } from "./pdf-tables.ts";
import type { TextBlock } from "./reading.ts";
import { longestName, toRow } from "./table-row.ts";

/**
 * Text of pages, which are parted by form feeds: paragraphs and headings apart, words that are broken at a line's end joined, comments after
 * their page, and the running heads and feet of all pages behind the last one, so that no sentence is cut by them and none of their words is lost.
 */
export function composePages(pages: readonly Page[], furniture: ReadonlySet<PageLine>): { text: string; blocks: TextBlock[] } {
  const bodies = pages.map(({ lines }) => lines.filter((line) => !furniture.has(line)));
  const measures = measure(bodies.flat(), pages.length);
  const composed = pages.map(({ comments }, at): Piece[] => [
    ...groupsOf(bodies[at] ?? [], measures).flatMap((group) => piecesOf(group, measures)),
    ...comments.map((text): Piece => ({ text, kind: "comment" })),
  ]);
  const edges = pages.flatMap(({ lines }) => {
    const texts = lines.filter((line) => furniture.has(line)).map(({ text }) => text);
    return texts.length > 0 ? [texts.join(" ")] : [];
  });
  return joinPieces(edges.length > 0 ? [...composed, [{ text: edges.join("\n"), kind: "furniture" }]] : composed);
}

/** A stretch of the text, one or more lines, and what it is where it isn't running text. */
interface Piece {
  readonly text: string;
  readonly kind: SourceBlockKind | undefined;
  /** True where it goes on in the line below what is before it. */
  readonly isBelow?: boolean;
}

function joinPieces(pages: readonly (readonly Piece[])[]): { text: string; blocks: TextBlock[] } {
  const blocks: TextBlock[] = [];
  let text = "";
  for (const [number, page] of pages.entries()) {
    if (number > 0) text += "\n\f\n";
    for (const [at, piece] of page.entries()) {
      if (at > 0) text += piece.isBelow === true ? "\n" : "\n\n";
      if (piece.kind !== undefined) blocks.push({ from: text.length, to: text.length + piece.text.length, kind: piece.kind });
      text += piece.text;
    }
  }
  return { text: `${text}\n`, blocks };
}

function piecesOf(group: Group, measures: Measures): Piece[] {
  const { heading, isContents, rows } = group;
  if (isContents) return [{ text: textOf(group, measures), kind: "contents" }];
  if (rows.length === 0)
    return [{ text: textOf(group, measures), kind: heading > 0 ? "heading" : group.lines[0]?.isFilled === true ? "form" : undefined }];
  const { words } = measures;
  const cellOf = (texts: readonly string[]): string =>
    joinLines(texts, { words, between: (at) => (isUnspaced(texts[at - 1], texts[at]) ? "" : " ") });
  const table = rows.map(({ cells }) => cells.map(cellOf));
  const [head = [], ...below] = table;
  if (!isHead(head, below)) return [{ text: table.map((row) => toRow(row)).join("\n"), kind: "table" }];
  const named = below.map((row) => toRow(row, row.length === head.length ? head : []));
  return [
    { text: toRow(head), kind: "table-header" },
    { text: named.join("\n"), kind: "table", isBelow: true },
  ];
}

/** True for a first row of names: none of them has a digit, and in one of the columns most cells below have. */
function isHead(head: readonly string[], below: readonly (readonly string[])[]): boolean {
  if (below.length < 2 || head.some((cell) => /\d/.test(cell) || cell.length > longestName)) return false;
  return head.some(
    (_, column) => below.filter((row) => row.length === head.length && /\d/.test(row[column] ?? "")).length * 2 > below.length,
  );
}

interface Measures {
  /** Number of pages, and some that a printed number may go beyond it. */
  readonly pages: number;
  /** Size of the type that most of the text has, in points. */
  readonly body: number;
  /** Sizes of headings, the largest first. */
  readonly headings: readonly number[];
  /** Distance of two lines of a paragraph, as a multiple of their size. */
  readonly leading: number;
  /** Words of the document that stand in one piece, in lower case. */
  readonly words: ReadonlySet<string>;
}

function measure(lines: readonly PageLine[], pages: number): Measures {
  const sizes = new Map<number, number>();
  for (const { size, text } of lines) sizes.set(half(size), (sizes.get(half(size)) ?? 0) + text.length);
  const body = [...sizes].reduce((most, each) => (each[1] > most[1] ? each : most), [10, 0])[0];
  const distances = lines.flatMap((line, at) => {
    const next = lines[at + 1];
    return next !== undefined && next.y > line.y && next.y - line.y < 4 * line.size && half(next.size) === half(line.size)
      ? [(next.y - line.y) / line.size]
      : [];
  });
  const headings = [...new Set(lines.filter((line) => isLarge(line, body)).map(({ size }) => half(size)))].toSorted(
    (one, other) => other - one,
  );
  return {
    pages: pages + 30,
    body,
    headings,
    leading: distances.toSorted((one, other) => one - other)[distances.length >> 1] ?? 1.2,
    words: wordsOf(lines.map(({ text }) => text)),
  };
}

/** Points to the half, since programs round the size of their type in many ways. */
function half(size: number): number {
  return Math.round(size * 2) / 2;
}

function isLarge({ size, text, leadsTo }: PageLine, body: number): boolean {
  return size >= 1.15 * body && leadsTo === undefined && /\p{L}/u.test(text) && isShort(text);
}

function isShort(text: string): boolean {
  return text.split(" ").length < 16 && text.length < 120;
}

/** Lines that belong together: a heading, a paragraph, a list of contents, a table. */
interface Group {
  /** Depth of a heading, from 1; else 0. */
  readonly heading: number;
  readonly isContents: boolean;
  readonly lines: PageLine[];
  /** Rows of a table; none of what is no table. */
  readonly rows: TableRow[];
}

function groupsOf(lines: readonly PageLine[], measures: Measures): Group[] {
  const groups: Group[] = [];
  const contents = findContents(lines, measures);
  const isContent = (at: number): boolean => at >= contents.start && at < contents.end;
  const rows = findRows(lines, (line, at) => isContent(at) || headingDepth(line, measures) > 0);
  const rowAt = new Map(rows.map((row) => [row.from, row]));
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line === undefined) break;
    const isContents = isContent(at);
    const heading = isContents ? 0 : headingDepth(line, measures);
    const row = rowAt.get(at);
    const own = row === undefined ? [line] : lines.slice(row.from, row.to);
    const last = groups.at(-1);
    const before = last?.lines.at(-1);
    // Each line of a form that is filled in is an entry of its own.
    const isEntry = line.isFilled === true || before?.isFilled === true;
    const goesOn =
      !isEntry &&
      last?.heading === heading &&
      last.isContents === isContents &&
      before !== undefined &&
      last.rows.length > 0 === (row !== undefined);
    const isOne = isContents || row !== undefined || (before !== undefined && isNext(before, line, measures.leading));
    if (goesOn && isOne) {
      last.lines.push(...own);
      if (row !== undefined) last.rows.push(row);
    } else groups.push({ heading, isContents, lines: own, rows: row === undefined ? [] : [row] });
    at += own.length;
  }
  return groups;
}

/**
 * Range of the lines of a page that are a list of contents: from the first to the last that leads to the number of a page, if these numbers
 * rise and half of the lines between lead so. Where no dots lead there, the page must be titled as one: else it is a table of numbers.
 */
function findContents(lines: readonly PageLine[], { pages }: Measures): { start: number; end: number } {
  const isTitled = lines.some(({ text }) => contentsTitle.test(text));
  const entries = lines.flatMap(({ leadsTo }, at) =>
    leadsTo !== undefined && leadsTo.number <= pages && (leadsTo.byDots || isTitled) ? [{ at, number: leadsTo.number }] : [],
  );
  const [first, last] = [entries[0]?.at ?? 0, entries.at(-1)?.at ?? -1];
  const rises = entries.every(({ number }, at) => number >= (entries[at - 1]?.number ?? 0));
  if (!rises || entries.length * 2 < last + 1 - first) return { start: 0, end: 0 };
  // An entry of two lines leads at the end of its second.
  const isBroken = first > 0 && /^\d/.test(lines[first - 1]?.text ?? "") && !/^\d/.test(lines[first]?.text ?? "");
  return { start: isBroken ? first - 1 : first, end: last + 1 };
}

const contentsTitle =
  /^(?:(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des matières|[ií]ndice(?: de contenidos| general)?|sum[aá]rio|inhoud(?:sopgave)?|目\s*次|目\s*[录錄]|차\s*례|목\s*차)$/iu;

/** True where a line stands below another, or beside it, as lines of one paragraph do. */
function isNext(line: PageLine, next: PageLine, leading: number): boolean {
  const down = next.y - line.y;
  return half(line.size) === half(next.size) && down > -2 && down <= 1.35 * leading * line.size;
}

/** Depth of a heading: by its size, or by its number (`3.2 Leases`) where it is short and isn't a sentence; 0 for other lines. */
function headingDepth(line: PageLine, { body, headings }: Measures): number {
  if (isLarge(line, body)) return Math.min(6, headings.indexOf(half(line.size)) + 1);
  const number = /^(\d{1,3}(?:\.\d{1,3})+)\.?\s+\p{L}/u.exec(line.text)?.[1];
  if (number === undefined || line.leadsTo !== undefined || !isShort(line.text) || /[.;:,。；：，]$/.test(line.text)) return 0;
  return Math.min(6, Math.max(headings.length, number.split(".").length) + 1);
}

function textOf({ heading, isContents, lines }: Group, { words }: Measures): string {
  const edge = lines.reduce((most, { right }) => Math.max(most, right), 0);
  const between = (at: number): string => {
    const [before, line] = [lines[at - 1], lines[at]];
    if (before === undefined || line === undefined) return "\n";
    // Lines beside each other: what is filled into a form on the right, or the next vertical line on the left.
    const isBeside = line.y - before.y < 2;
    const isFull = isBeside ? line.x < before.x : heading > 0 || before.right >= edge - 2 * before.size;
    if (!isContents && isFull && isUnspaced(before.text, line.text)) return "";
    return heading > 0 || isBeside ? " " : "\n";
  };
  const text = joinLines(
    lines.map((line) => line.text),
    { words: isContents ? undefined : words, between },
  );
  return heading > 0 ? `${"#".repeat(heading)} ${text}` : text;
}
