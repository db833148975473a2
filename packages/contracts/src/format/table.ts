import type { Section } from "./markdown.ts";
import type { Report } from "./report.ts";

/** Reports missing columns, and rows whose cells are not as many as the columns: a `|` in a cell would shift the rest unseen. */
export function checkColumns(
  { columns, rows, line }: Section,
  report: Report,
  { needed, path }: { readonly needed: readonly string[]; readonly path: string },
): void {
  const missing = needed.filter((column) => !columns.includes(column));
  if (columns.length > 0 && missing.length > 0)
    report.add({
      path,
      line,
      expected: `a table with the columns ${needed.join(", ")}`,
      got: `the columns ${columns.join(", ")}`,
      fix: `add the column ${missing.join(", ")}`,
    });
  for (const row of rows)
    if (row.cells.length !== columns.length)
      report.add({
        path,
        line: row.line,
        expected: `${columns.length} cells: ${columns.join(", ")}`,
        got: `${row.cells.length} cells`,
        fix: "write one cell for each column, and a '|' within a cell as '\\|'",
      });
}

/** Reports a table where none is expected, so that nothing that an author wrote is silently lost. */
export function refuseRows({ columns, line }: Section, report: Report, form: string): void {
  if (columns.length > 0)
    report.add({ line, expected: form, got: `a table: ${columns.join(", ").slice(0, 80)}`, fix: `write '${form}' instead` });
}
