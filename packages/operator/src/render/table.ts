import { toLine } from "./plain-text.ts";
import { Line, type Paint, type Words } from "./style.ts";

/** A column of a table: its title, and the text of its cell in a row. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: "right";
  /** Paint of a cell that is padded already. */
  readonly paint?: (text: string, row: Row) => Words;
}

/** Rows under titles, each column as wide as its widest cell; the last column is not padded. */
export function toTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paintTitle: Paint): Line[] {
  const cells = rows.map((row) => columns.map((column) => toLine(column.cell(row))));
  const widths = columns.map((column, at) => Math.max(column.title.length, ...cells.map((line) => line[at]?.length ?? 0)));
  const pad = (text: string, at: number): string => {
    if (columns[at]?.align === "right") return text.padStart(widths[at] ?? 0);
    return at === columns.length - 1 ? text : text.padEnd(widths[at] ?? 0);
  };
  const title = columns.map((column, at) => pad(column.title, at)).join("  ");
  const lines = rows.map((row, n) =>
    Line.join(
      columns.map(({ paint = (text) => text }, at) => paint(pad(cells[n]?.[at] ?? "", at), row)),
      "  ",
    ),
  );
  return [paintTitle(title.trimEnd()), ...lines];
}
