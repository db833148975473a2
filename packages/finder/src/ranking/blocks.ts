import { type Line, pairsOf } from "./lines.ts";

type BlockKind = "heading" | "paragraph" | "list" | "table" | "code" | "furniture";

/** A piece of a source text. `start` and `end` are UTF-16 positions in the text; `end` is exclusive. */
export interface Block {
  readonly kind: BlockKind;
  readonly start: number;
  readonly end: number;
  /** Depth of a heading, from 1; 0 for other blocks. */
  readonly level: number;
}

/** Stretch of a text whose kind its extraction knew, by UTF-16 positions. */
export interface KnownBlock {
  readonly start: number;
  readonly end: number;
  readonly kind: "table" | "code" | "furniture";
}

const fence = /^ {0,3}(`{3,}|~{3,})/;
const atx = /^#{1,6}[ \t]+\S/;
const item = /^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+/;
const number = /^[ \t]*(\d{1,3})[.)][ \t]/;
const underline = /^(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$/;
const numbered = /^(\d{1,3}(?:\.\d{1,3})*)\.?[ \t]+\p{Lu}/u;
// Headings of Markdown that are HTML's: `<h2>Keys</h2>`, and what is shown on demand: `<summary>Keys</summary>`.
const element = /^\s*(?:<details[^<>]*>\s*)?<(?:h[1-6]|summary)\b[^<>]*>.*<\/(?:h[1-6]|summary)>\s*$/i;
const summaryLevel = 7;
// The line below a table's head (GitHub Flavored Markdown, section 4.10).
const delimiter = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?[ \t]*)?$/;
const barred = /^[ \t]*\|.*\|/;
const levels: Readonly<Record<string, number>> = { "=": 1, "-": 2, "~": 3, "^": 4 };

// A note as it stands below a text or at its end: `[^1]: …`, `[1] …`, `¹ …`.
const definition = /^ {0,3}\[\^[^\]\s]{1,40}\]:/;
const note = /^[ \t]*(?:\[(?:\^[^\]\s]{1,40}\]:|(?:\d{1,3}|[*†‡§])\][ \t])|[¹²³⁰⁴-⁹†‡]+[ \t]?\p{L})/u;

// Levels of a question that stands alone, deeper than that of every other heading, and of the head of a table, which only its rows are below.
const askedLevel = 9;
export const tableHeadLevel = 10;
const longestQuestion = 300;
const longestDelimiter = 1_000;
const asking: ReadonlySet<BlockKind> = new Set(["paragraph", "list", "table"]);
// Label of a question in a list of them: its number or its letter, in a cell of its own where a table lays them out.
const label = /^[ \t]*[*_]{0,2}[\p{L}\p{N}.]{0,8}[.:)：]?[*_]{0,2}\s+(?:\|\s+)?/u;
const labelled = /^[ \t]*[*_]{0,2}(?:\d{1,3}(?:\.\d{1,3})+\.?|[QFPD問问]\d{0,3}[.:)：])[*_]{0,2}\s/u;

/**
 * Blocks of a source text: headings (`#`, underlined, numbered, questions that stand alone), paragraphs, list items, table rows, code with its fences; and what is `known` of it, in the
 * order of the text.
 */
export function splitBlocks(text: string, known: readonly KnownBlock[] = []): Block[] {
  const blocks: Block[] = [];
  let open: { kind: BlockKind; start: number; end: number; lines: number } | undefined;
  let fenced: string | undefined;
  let next = 0;
  let isInTable = false;
  const close = (): void => {
    if (open) blocks.push({ kind: open.kind, start: open.start, end: open.end, level: 0 });
    open = undefined;
  };
  const add = (kind: BlockKind, { start, end }: Line): void => {
    if (open?.kind === kind) [open.end, open.lines] = [end, open.lines + 1];
    else {
      close();
      open = { kind, start, end, lines: 1 };
    }
  };
  const heading = ({ start, end }: { start: number; end: number }, level: number): void => {
    close();
    blocks.push({ kind: "heading", start, end, level });
  };

  for (const { line, below } of pairsOf(text)) {
    const wasInTable = isInTable;
    isInTable = false;
    while ((known[next]?.end ?? Infinity) <= line.start) next += 1;
    const told = known[next];
    const marks = fence.exec(line.text)?.[1];
    if (told && told.start < line.end && line.text.trim() !== "") {
      if (told.kind !== "code") close();
      add(told.kind, line);
      if (told.kind !== "code") close();
    } else if (fenced === undefined && marks !== undefined) {
      close();
      add("code", line);
      fenced = marks;
    } else if (fenced !== undefined) {
      add("code", line);
      // A fence is closed by one of its own kind that is at least as long (CommonMark, section 4.5).
      if (marks !== undefined && marks[0] === fenced[0] && marks.length >= fenced.length && line.text.trim() === marks) {
        close();
        fenced = undefined;
      }
    } else if (line.text.trim() === "") close();
    else if (atx.test(line.text)) heading(line, /^#+/.exec(line.text)?.[0].length ?? 1);
    else if (element.test(line.text)) heading(line, Number(/<h([1-6])/i.exec(line.text)?.[1] ?? summaryLevel));
    else if (underline.test(line.text)) {
      if (open?.kind === "paragraph" && open.lines === 1) {
        const { start, end } = open;
        open = undefined;
        heading({ start, end }, levels[line.text.charAt(0)] ?? 1);
      } else close();
    } else if (open === undefined && isNumberedHeading(text, line)) {
      heading(line, (numbered.exec(line.text)?.[1]?.split(".").length ?? 1) + 1);
    } else if (labelled.test(line.text) && isAsked(line.text)) {
      close();
      add("paragraph", line);
      close();
    } else if (isDelimiter(below) && line.text.includes("|")) {
      heading(line, tableHeadLevel);
      isInTable = true;
    } else if (wasInTable && isDelimiter(line)) {
      isInTable = true;
    } else if (isRow(line.text, below, wasInTable)) {
      isInTable = true;
      close();
      add("table", line);
      close();
    } else if (item.test(line.text) && !(open?.kind === "paragraph" && isMidSentence(text, open, line))) {
      close();
      const marker = item.exec(line.text)?.[0].length ?? 0;
      add("list", { ...line, start: line.start + marker });
    } else {
      if (definition.test(line.text) || (open && note.test(line.text) && note.test(text.slice(open.start, open.end)))) close();
      add(open?.kind === "list" ? "list" : "paragraph", line);
    }
  }
  close();
  return headed(text, blocks);
}

function isDelimiter(line: Line | undefined): boolean {
  return line !== undefined && line.text.length <= longestDelimiter && delimiter.test(line.text);
}

/** True for a row of a table: by the bars around it or between three cells; and of two cells, by its being one of several. */
function isRow(text: string, below: Line | undefined, isInTable: boolean): boolean {
  if (barred.test(text) || / \| .* \| /.test(text)) return true;
  return cellsOf(text) > 1 && (isInTable || cellsOf(below?.text ?? "") === cellsOf(text));
}

function cellsOf(text: string): number {
  return text.split(" | ").length;
}

/** Blocks of which a question that stands alone, as a paragraph, a row or the one item of a list, is the heading of what follows: that is its answer. */
function headed(text: string, blocks: readonly Block[]): Block[] {
  const isQuestion = (block: Block | undefined): boolean =>
    block !== undefined && asking.has(block.kind) && isAsked(text.slice(block.start, block.end));
  return blocks.map((block, at) => {
    const [before, next] = [blocks[at - 1], blocks[at + 1]];
    const isListed = block.kind === "list" && (before?.kind === "list" || next?.kind === "list");
    const isHead = next !== undefined && next.kind !== "heading" && !isListed && isQuestion(block) && !isQuestion(next);
    return isHead ? { ...block, kind: "heading" as const, level: askedLevel } : block;
  });
}

/** True for a note on something that stands elsewhere: the headings that it happens to stand under are not its own. */
export function isNote(text: string, { kind, start, end }: Block): boolean {
  return kind === "paragraph" && note.test(text.slice(start, end));
}

/** Start of the mark of an item whose text begins at a position; that position where no mark stands before it. */
export function markStart(text: string, start: number): number {
  const line = text.lastIndexOf("\n", start - 1) + 1;
  return start - (/^[ \t]*((?:[-*+•]|\d{1,3}[.)])[ \t]+)$/.exec(text.slice(line, start))?.[1]?.length ?? 0);
}

/** Number of the list item that a block is, as its mark has it; undefined for an item with another mark. */
export function itemNumber(text: string, { kind, start }: Block): number | undefined {
  if (kind !== "list") return undefined;
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const [, found] = number.exec(line) ?? [];
  return found === undefined ? undefined : Number(found);
}

/**
 * True for a line that only looks like an item: a number that a line end has parted from its sentence, as in "oxygen is written O / 2. It …". As
 * in CommonMark (section 5.3), a list that interrupts a paragraph begins with 1, unless the paragraph has come to an end.
 */
function isMidSentence(text: string, { end }: Pick<Block, "end">, line: Line): boolean {
  const [, found] = number.exec(line.text) ?? [];
  return found !== undefined && Number(found) > 1 && !/[.:;!?。：；！？]["'”’)\]]*\s*$/u.test(text.slice(Math.max(0, end - 20), end));
}

/** Title of a heading: its text without the marks. */
export function headingTitle(text: string, { start, end }: Block): string {
  return text
    .slice(start, end)
    .replace(/^#{1,6}[ \t]+/, "")
    .replaceAll(/^\s*<details[^<>]*>|<\/?(?:summary|h[1-6]|b|strong|i|em|code)\b[^<>]*>/gi, "")
    .replace(/(?<![ \t])[ \t]+#+[ \t]*$/, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Numbered heading: a short line that stands alone between blank lines and doesn't end as a sentence does. */
function isNumberedHeading(text: string, line: Line): boolean {
  if (!numbered.test(line.text) || /[.;:,!?]\s*$/.test(line.text)) return false;
  const next = text.slice(line.end, line.end + 4).replaceAll("\r", "");
  return line.text.trim().split(/\s+/).length < 16 && (next === "" || next.startsWith("\n\n") || next === "\n");
}

/** True for a text that is one question and nothing else, behind its number or `Q:`. */
function isAsked(text: string): boolean {
  if (text.length > longestQuestion || !/[?？؟][*_"”»)\]]{0,4}\s*$/u.test(text)) return false;
  return !/[.!?。！？]\s+\p{Lu}|[。！？].|\|/u.test(text.replace(label, ""));
}
