import MarkdownIt from "markdown-it";

export interface Row {
  /** The line's number in the file. */
  readonly line: number;
  /** Cells by the column's name, in lower case. */
  readonly cells: ReadonlyMap<string, string>;
  /** How many cells the line has. */
  readonly width: number;
}

/** A heading and what stands below it until the next one; level 0 is what stands before the first. */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly line: number;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** The lines outside tables that are not blank. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

// Headings and tables are all that these files are made of; everything else is a line of text.
const markdown = new MarkdownIt("zero").enable(["heading", "table"]);

/** Reads headings, tables (GFM) and lines, each with its line in the file. `firstLine` is the number of the text's first line. */
export function readMarkdown(text: string, firstLine: number): readonly Section[] {
  const tokens: ReturnType<typeof markdown.parse> = [];
  markdown.block.parse(text, markdown, {}, tokens);
  const source = text.split("\n");
  const sections: Writable[] = [emptySection({ level: 0, title: "", line: firstLine })];
  let columns: string[] = [];
  for (const [at, { type, map, tag }] of tokens.entries()) {
    const section = sections.at(-1);
    if (!section || !map) continue;
    const line = firstLine + map[0];
    const content = (): string => tokens[at + 1]?.content ?? "";
    if (type === "heading_open") sections.push(emptySection({ level: Number(tag.slice(1)), title: content(), line }));
    else if (type === "thead_open") section.columns = columns = cellsOf(tokens, at).map((cell) => cell.toLowerCase());
    else if (type === "tr_open" && map[0] >= 0 && !isHead(tokens, at))
      section.rows.push(rowOf(cellsOf(tokens, at), { line, columns, source: source[map[0]] }));
    else if (type === "paragraph_open")
      for (let n = map[0]; n < map[1]; n += 1)
        if ((source[n] ?? "").trim() !== "") section.lines.push({ line: firstLine + n, text: source[n] ?? "" });
  }
  return sections;
}

interface Writable extends Section {
  columns: readonly string[];
  readonly rows: Row[];
  readonly lines: { readonly line: number; readonly text: string }[];
}
type Tokens = ReturnType<typeof markdown.parse>;

function emptySection(heading: Pick<Section, "level" | "title" | "line">): Writable {
  return { ...heading, columns: [], rows: [], lines: [] };
}

function isHead(tokens: Tokens, at: number): boolean {
  return tokens[at - 1]?.type === "thead_open";
}

function cellsOf(tokens: Tokens, at: number): string[] {
  const cells: string[] = [];
  for (let n = at + 1; n < tokens.length && tokens[n]?.type !== "tr_close"; n += 1) {
    const token = tokens[n];
    if (token?.type === "inline") cells.push(token.content);
  }
  return cells;
}

function rowOf(
  cells: readonly string[],
  { line, columns, source = "" }: { line: number; columns: readonly string[]; source: string | undefined },
): Row {
  const text = source.trim();
  const bars = text.match(/(?<!\\)\|/g)?.length ?? 0;
  const width = bars + 1 - (text.startsWith("|") ? 1 : 0) - (/(?<!\\)\|$/.test(text) && text.length > 1 ? 1 : 0);
  return { line, width, cells: new Map(columns.map((column, at) => [column, cells[at] ?? ""])) };
}

/** A table (GFM), its cells written by `toCell`. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
