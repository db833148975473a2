import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf, textOf } from "./html-tree.ts";
import type { LineWriter } from "./line-writer.ts";
import { longestName, toRow } from "./table-row.ts";

type Element = DefaultTreeAdapterTypes.Element;

interface Cell {
  readonly text: string;
  readonly isHeader: boolean;
  readonly isBold: boolean;
  readonly columns: number;
  /** Rows that it still spans, its own included. */
  rows: number;
}

interface Table {
  /** Names of the columns, from the rows of headers at the top. */
  names: string[];
  row: Cell[];
  /** Cells of earlier rows that reach into the next, by column. */
  spans: Map<number, Cell>;
  /** First row, if nothing but its looks says that it is the head. */
  readonly unmarked: Element | undefined;
  inHead: boolean;
  hasBody: boolean;
  /** Element that the last row stands in. */
  group: Element["parentNode"];
  /** Title of the rows that follow, from a row of one cell. */
  title: string;
}

const [mostColumns, mostRows] = [1000, 65_534];
// A cell that spans rows is repeated in each: one that is a text of its own is not.
const longestRepeated = 200;

/** Tables of a page, of which each row becomes one line. */
export interface Tables {
  /** True for a table that only places things on a page. */
  isLayout(table: Element): boolean;
  isOpen(): boolean;
  begin(table: Element): void;
  beginRow(row: Element): void;
  cell(cell: Element, read: Pick<Cell, "text" | "isHeader" | "isBold">): void;
  endRow(): void;
  end(): void;
}

export function createTables(writer: LineWriter): Tables {
  const open: Table[] = [];
  return {
    isLayout,
    isOpen: () => open.length > 0,
    begin(table) {
      const unmarked = unmarkedHead(table);
      open.push({ names: [], row: [], spans: new Map(), unmarked, inHead: false, hasBody: false, group: null, title: "" });
    },
    beginRow(row) {
      const table = open.at(-1);
      if (table === undefined) return;
      table.row = [];
      table.inHead = row.parentNode?.nodeName === "thead" || row === table.unmarked;
      // No cell reaches beyond its group of rows.
      if (row.parentNode !== table.group) table.spans.clear();
      table.group = row.parentNode;
      writer.endLine();
    },
    cell(cell, read) {
      // A span of 0 rows goes to the last of its group (HTML, section 4.9.11).
      const rows = attributeOf(cell, "rowspan")?.trim() === "0" ? mostRows : spanOf(cell, "rowspan", mostRows);
      open.at(-1)?.row.push({ ...read, columns: spanOf(cell, "colspan", mostColumns), rows });
    },
    endRow() {
      const table = open.at(-1);
      if (table === undefined) return;
      const columns = place(table);
      const own = table.row.filter(({ text }) => text !== "");
      if (own.length === 0 && columns.every((cell) => cell === undefined || cell.text === "")) return;
      const isHead = !table.hasBody && own.length > 1 && (table.inHead || own.every(({ isHeader }) => isHeader) || isBoldHead(table, own));
      if (isHead) {
        for (const [at, cell] of columns.entries())
          if (cell && cell.text !== "") table.names[at] = joinedName(table.names[at] ?? "", cell.text);
        writeLine(toRow(own.map(({ text }) => text)), "table-header");
        return;
      }
      const [only] = own;
      const isAcross =
        own.length === 1 && table.row.length === 1 && only !== undefined && only.columns > 1 && columns.every((cell) => cell === only);
      if (isAcross && table.names.length > 0) {
        // A row of one cell is the title of those below it, or a remark.
        const isTitle = (only.isHeader || only.isBold) && only.text.length <= longestName;
        if (isTitle) table.title = only.text;
        writeLine(only.text, isTitle ? "table-header" : "table");
        return;
      }
      table.hasBody = true;
      // A cell of several columns stands once, with the names of all of them.
      const shown = [...columns.keys()].filter((at) => columns[at] !== columns[at - 1] || columns[at] === undefined);
      const names = shown.map((at) => {
        const over = table.names.slice(at, at + (columns[at]?.columns ?? 1));
        return [...new Set(over.filter((name) => name))].join(", ");
      });
      const values = shown.map((at) => columns[at]?.text ?? "");
      if (table.title !== "") {
        values.unshift(table.title);
        names.unshift("");
      }
      const [first, ...rest] = values;
      const isNamed = table.names.length === 0 && columns[0]?.isHeader === true && rest.some((value) => value !== "");
      const line = isNamed ? `${(first ?? "").replace(/:$/, "")}: ${toRow(rest)}` : toRow(values, names);
      writeLine(line, "table");
    },
    end: () => void open.pop(),
  };

  function writeLine(line: string, kind: "table" | "table-header"): void {
    writer.open(kind);
    writer.add(line);
    // Within the cell of another table a row is a part of that cell.
    if (open.length > 1) writer.add(";");
    writer.endLine();
    writer.close();
  }
}

/** True for a first row of bold names, as they are made where nobody says that they are a header; a number or a question is no name. */
function isBoldHead({ names }: Table, cells: readonly Cell[]): boolean {
  return names.length === 0 && cells.every(({ text, isBold }) => isBold && text.length <= longestName && !/^\d|[?？]$/.test(text));
}

const [judgedRows, leastColumns, longestHead] = [30, 3, 60];

/**
 * First row of a table that marks no header, if it reads as one: names, each another, without a figure, above a column of figures. A table of two columns has
 * none: `Owner | Ann`, `Age | 42`.
 */
function unmarkedHead(table: Element): Element | undefined {
  const groups = table.childNodes.flatMap((child) => ("tagName" in child ? (child.tagName === "tr" ? [child] : child.childNodes) : []));
  const rows = groups.filter((child): child is Element => child.nodeName === "tr").slice(0, judgedRows);
  const [head, ...below] = rows.map((row) => row.childNodes.filter((child): child is Element => "tagName" in child));
  if (head === undefined || head.length < leastColumns || below.length < 2) return undefined;
  const isEven = below.every((cells) => cells.length === head.length);
  const isPlain = [head, ...below].flat().every((cell) => cell.tagName === "td" && spanOf(cell, "colspan", mostColumns) === 1);
  if (!isEven || !isPlain) return undefined;
  const names = head.map((cell) => textOf(cell).trim());
  const areNames = names.every((name) => name.length <= longestHead && /^\p{L}[^\p{N}]*$/u.test(name) && !/[.!?:。？：]$/u.test(name));
  const values = below.map((cells) => cells.map((cell) => textOf(cell).trim()));
  const isOfFigures = (at: number): boolean => values.every((row) => /\p{N}/u.test(row[at] ?? ""));
  return areNames && new Set(names).size === names.length && names.some((_, at) => isOfFigures(at)) ? rows[0] : undefined;
}

/** Cells of the row by column, with those that reach into it from above. */
function place({ row, spans }: Table): (Cell | undefined)[] {
  const columns: (Cell | undefined)[] = [];
  const left = new Map<number, Cell>();
  let at = 0;
  const takeSpans = (): void => {
    for (let span = spans.get(at); span !== undefined; span = spans.get(at)) {
      columns[at] = span;
      at += 1;
    }
  };
  for (const cell of row) {
    takeSpans();
    for (let column = 0; column < cell.columns && at < mostColumns; column += 1) {
      columns[at] = cell;
      if (cell.rows > 1 && cell.text.length <= longestRepeated) left.set(at, cell);
      at += 1;
    }
  }
  takeSpans();
  const reached = new Set<Cell>([...spans.values(), ...left.values()]);
  for (const cell of reached) cell.rows -= 1;
  for (const [column, cell] of spans) if (cell.rows > 0 && !left.has(column)) left.set(column, cell);
  spans.clear();
  for (const [column, cell] of left) if (cell.rows > 0) spans.set(column, cell);
  return Array.from(columns);
}

function spanOf(cell: Element, name: string, most: number): number {
  const span = Number.parseInt(attributeOf(cell, name) ?? "1", 10);
  return Number.isSafeInteger(span) && span > 0 ? Math.min(span, most) : 1;
}

/** True where a table has no header of its own, and holds headings, lists or tables; or where it says so itself. */
function isLayout(table: Element): boolean {
  if (/^(?:presentation|none)$/i.test(attributeOf(table, "role") ?? "")) return true;
  let holds = false;
  let mostCells = 0;
  const stack = [...table.childNodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!("tagName" in node)) continue;
    if (/^(?:th|thead|caption)$/.test(node.tagName)) return false;
    if (node.tagName === "tr") mostCells = Math.max(mostCells, node.childNodes.filter(({ nodeName }) => nodeName === "td").length);
    if (/^(?:h[1-6]|ul|ol|dl|form|pre|table|blockquote)$/.test(node.tagName)) holds = true;
    if (node.tagName !== "table") for (const child of node.childNodes) stack.push(child);
  }
  return holds || mostCells === 1;
}

/** Name of a column whose head has one line more. One that is too long to stand before each value already grows no further. */
function joinedName(name: string, more: string): string {
  if (name === "") return more;
  return name.length > longestName || name.split(" / ").includes(more) ? name : `${name} / ${more}`;
}
