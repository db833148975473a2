export interface Row {
  /** The line's number in the file. */
  readonly line: number;
  /** In the order of the columns, if there are as many. */
  readonly cells: readonly string[];
}

/** A heading and what stands below it until the next one; level 0 is what stands before the first. */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly line: number;
  /** The names of the table's columns, in lower case. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** The lines outside tables that are not blank. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

interface Writable extends Section {
  columns: readonly string[];
  readonly rows: Row[];
  readonly lines: { readonly line: number; readonly text: string }[];
}

const heading = /^ {0,3}(#{1,6})(?=[ \t]|$)/;

/**
 * Reads the part of Markdown that these files are made of: headings, tables whose rows begin with `|` (GFM), and lines of text, each with its
 * line in the file. Line by line and not with a parser of all of Markdown, so that 256 KiB of anything take milliseconds on a bus, and a cell
 * too many is seen. `firstLine` is the number of the text's first line.
 */
export function readMarkdown(text: string, firstLine: number): readonly Section[] {
  let section = emptySection({ level: 0, title: "", line: firstLine });
  const sections = [section];
  let line = firstLine - 1;
  for (const content of text.split("\n")) {
    line += 1;
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

/** Without the `#` that may close a heading. */
function titleOf(trimmed: string, level: number): string {
  const title = trimmed.slice(level).trim();
  let end = title.length;
  while (title[end - 1] === "#") end -= 1;
  return end === title.length || (end > 0 && title[end - 1]?.trim() !== "") ? title : title.slice(0, end).trim();
}

/** The first row of a section names the columns; a row of dashes draws the line below it. */
function addRow(section: Writable, { cells, line }: { readonly cells: readonly string[]; readonly line: number }): void {
  if (section.columns.length === 0) section.columns = cells.map((cell) => cell.toLowerCase());
  else if (section.rows.length > 0 || !cells.every((cell) => /^:?-+:?$/.test(cell))) section.rows.push({ line, cells });
}

/** The cell of a row in the column of this name. */
export function cellOf({ columns }: Section, { cells }: Row, column: string): string | undefined {
  const at = columns.indexOf(column);
  return at < 0 ? undefined : (cells[at] ?? "");
}

/** The cells of a row; `\|` is a `|` within one. */
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

/** A table (GFM), its cells written by `toCell`. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
