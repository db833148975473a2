import type { AnyArtifact } from "../kit/define-artifact.ts";
import { type Header, readHeader } from "./header.ts";
import { checkContract, createReport, type Report } from "./report.ts";

/** The parts of an artifact in Markdown, or of a draft of one. */
export interface MdFile {
  readonly report: Report;
  readonly header: Header;
  readonly sections: readonly Section[];
}

/** A heading with the lines below it, until the next heading. The section of level 0 has the lines before the first heading. */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly line: number;
  /** Names of the table's columns, in lower case. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Lines outside tables that are not blank. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

interface Row {
  /** The line's number in the file. */
  readonly line: number;
  /** Cells in the order of the columns, if there are as many. */
  readonly cells: readonly string[];
}

const frontMatter = { isFenced: true, isYaml: true, line: /^(?!:(?:\s|$))(.+?):(?:\s(.*))?$/s } as const;

/** Reads front matter and sections of an artifact in Markdown. A `draft` need not name its contract, but must not name another. */
export function readMdFile(
  text: string,
  {
    artifact,
    fileName,
    draft,
  }: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): MdFile {
  const report = createReport(fileName);
  const lines = text
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  const header = readHeader(lines, frontMatter, report);
  const contract = header.fields.get("contract")?.[0]?.text;
  if (!draft || contract !== undefined) checkContract(report, artifact, contract);
  return { report, header, sections: readSections(lines, header.end) };
}

interface Writable extends Section {
  columns: readonly string[];
  readonly rows: Row[];
  readonly lines: { readonly line: number; readonly text: string }[];
}

const heading = /^ {0,3}(#{1,6})(?=[ \t]|$)/;

/**
 * Reads the part of Markdown that artifacts are made of: headings, tables whose rows begin with `|` (GFM), and lines of text, each with its
 * number in the file. Reading goes line by line, not by a parser of all of Markdown, so that 256 KiB of anything take milliseconds on a bus,
 * and a cell too many is seen.
 */
function readSections(lines: readonly string[], start: number): readonly Section[] {
  let section = emptySection({ level: 0, title: "", line: start + 1 });
  const sections = [section];
  for (let at = start; at < lines.length; at += 1) {
    const content = lines[at] ?? "";
    const line = at + 1;
    const trimmed = content.trim();
    if (trimmed === "") continue;
    const marks = trimmed.startsWith("#") ? heading.exec(content)?.[1] : undefined;
    if (marks !== undefined) sections.push((section = emptySection({ level: marks.length, title: titleOf(trimmed, marks.length), line })));
    else if (trimmed.startsWith("|")) addRow(section, { cells: cellsOf(trimmed), line });
    else section.lines.push({ line, text: content });
  }
  return sections;
}

function emptySection(start: Pick<Section, "level" | "title" | "line">): Writable {
  return { ...start, columns: [], rows: [], lines: [] };
}

/** The title of a heading, without the `#` that may close it. */
function titleOf(trimmed: string, level: number): string {
  const title = trimmed.slice(level).trim();
  let end = title.length;
  while (title[end - 1] === "#") end -= 1;
  return end === title.length || (end > 0 && title[end - 1]?.trim() !== "") ? title : title.slice(0, end).trim();
}

/** Adds a row to a section. The first row names the columns; the row of dashes below it is left out. */
function addRow(section: Writable, { cells, line }: { readonly cells: readonly string[]; readonly line: number }): void {
  if (section.columns.length === 0) section.columns = cells.map((cell) => cell.toLowerCase());
  else if (section.rows.length > 0 || !cells.every((cell) => /^:?-+:?$/.test(cell))) section.rows.push({ line, cells });
}

/** Reader of the cells of a section's rows: the cell of a row in the column of a name. */
export function cellsIn({ columns }: Section): (row: Row, column: string) => string | undefined {
  const places = new Map(columns.map((column, at) => [column, at] as const).toReversed());
  return ({ cells }, column) => {
    const at = places.get(column);
    return at === undefined ? undefined : (cells[at] ?? "");
  };
}

/** The cells of a row. `\|` is a `|` within a cell. */
function cellsOf(row: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let from = 1;
  for (let at = row.indexOf("|", 1); at >= 0; at = row.indexOf("|", at + 1)) {
    const escaped = row[at - 1] === "\\";
    cell += row.slice(from, escaped ? at - 1 : at);
    from = at + 1;
    if (escaped) cell += "|";
    else {
      cells.push(cell.trim());
      cell = "";
    }
  }
  const last = (cell + row.slice(from)).trim();
  return last === "" && cells.length > 0 ? cells : [...cells, last];
}

/** A table (GFM). Cells must be written by `toCell`, or have no `|`. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Reports missing columns, and rows with fewer or more cells than columns: a `|` in a cell would shift the rest unseen. */
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
  const expected = `${columns.length} cells: ${columns.join(", ")}`;
  for (const row of rows)
    if (row.cells.length !== columns.length)
      report.add({
        path,
        line: row.line,
        expected,
        got: `${row.cells.length} cells`,
        fix: "write one cell for each column, and a '|' within a cell as '\\|'",
      });
}

/** Reports a table where `form` is expected instead, so that no words of an author are silently lost. */
export function refuseRows({ columns, line }: Section, report: Report, form: string): void {
  if (columns.length > 0)
    report.add({ line, expected: form, got: `a table: ${columns.join(", ").slice(0, 80)}`, fix: `write '${form}' instead` });
}
