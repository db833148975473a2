import type { SourceBlockKind } from "@tasuki/protocol";
import type { Reading, TextBlock } from "./reading.ts";
import { toRow } from "./table-row.ts";

const fence = /^ {0,3}(`{3,}|~{3,})/;
const contents = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\*\*|__)?\[[^\]]*\]\(#[^)]*\)(?:\*\*|__)?\s*$/;
// A destination and at most a title (CommonMark, section 4.7): a footnote and a remark in brackets are text.
const definition = /^ {0,3}\[(?!\^)[^\]]+\]:\s+\S+(?:\s+["'(].*)?$/;
// YAML between `---`, TOML between `+++`.
const yaml = /^\uFEFF?---[ \t]*\r?\n(?![ \t]*\r?\n)[\s\S]*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;
const toml = /^\uFEFF?\+\+\+[ \t]*\r?\n[\s\S]*?\n\+\+\+[ \t]*(?:\r?\n|$)/;
const longestMatter = 20_000;
const longestLine = 1_000;
const longestHead = 1_000;
// A line that is struck as a whole, or one element that is not shown.
const struck = /^\s*(?:[-*+]\s+|\d{1,9}[.)]\s+)?~~[^~]+~~[.,;]?\s*$/;
const unshown = /^\s*<([a-z][\w-]*)\s[^<>]*(?:\bhidden\b(?!-)|aria-hidden=["']?true|display:\s*none)[^<>]*>/i;

// The line below a table's head (GitHub Flavored Markdown, section 4.10).
const delimiter = /^\|?[ \t]*:?-+:?[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?)?$/;

/**
 * Text of a Markdown document: as it is, but for the rows of tables, each of which has the names of its columns beside its values; lines stay lines. Its
 * blocks are the tables, and what is no text of its page: front matter, comments, definitions of links, points that are a link to a place of the page, and
 * lines that are struck or not shown. What stands in a fence is of the page.
 */
export function markdownToText(source: string): Reading {
  const blocks: TextBlock[] = [];
  const head = source.slice(0, longestMatter);
  const matter = (yaml.exec(head) ?? toml.exec(head))?.[0].length ?? 0;
  let text = source.slice(0, matter);
  if (matter > 0) blocks.push({ from: 0, to: matter, kind: "metadata" });
  let open: string | undefined;
  let isComment = false;
  let names: readonly string[] | undefined;
  let headLines = 0;
  const lines = source.slice(matter).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (const [at, whole] of lines.entries()) {
    const line = whole.trimEnd();
    const from = text.length;
    const add = (kind: SourceBlockKind, written = whole): void => {
      text += written;
      blocks.push({ from, to: text.length, kind });
    };
    const marks = fence.exec(line)?.[1];
    if (open === undefined && !isComment && names === undefined && marks === undefined) {
      names = columnsOf(line, lines[at + 1]?.trimEnd());
      if (names) headLines = 2;
    }
    if (headLines > 0) {
      headLines -= 1;
      add("table-header");
      continue;
    }
    if (names && marks === undefined && line.includes("|")) {
      const row = toRow(cellsOf(line), names);
      add("table", row === "" ? whole : `${row}${whole.slice(line.length)}`);
      continue;
    }
    names = undefined;
    if (open !== undefined) {
      // A fence is closed by one of its own kind that is at least as long (CommonMark, section 4.5).
      if (marks !== undefined && marks[0] === open[0] && marks.length >= open.length && line.trim() === marks) open = undefined;
    } else if (marks !== undefined) open = marks;
    else if (isComment || /^\s*<!--/.test(line)) {
      isComment = !line.includes("-->");
      if (isComment || line.endsWith("-->")) {
        add("metadata");
        continue;
      }
    } else if (contents.test(line)) {
      add("contents");
      continue;
    } else if (definition.test(line) || isUnshown(line)) {
      add("metadata");
      continue;
    }
    text += whole;
  }
  return { text, blocks };
}

function isUnshown(line: string): boolean {
  if (line.length > longestLine) return false;
  const name = unshown.exec(line)?.[1];
  return struck.test(line) || (name !== undefined && line.toLowerCase().endsWith(`</${name.toLowerCase()}>`));
}

/** Names of the columns of a table that a line is the head of; undefined where it is none. */
function columnsOf(line: string, below: string | undefined): readonly string[] | undefined {
  const rule = below?.trim();
  if (!line.includes("|") || rule === undefined || Math.max(line.length, rule.length) > longestHead || !delimiter.test(rule))
    return undefined;
  const names = cellsOf(line);
  return names.length === cellsOf(rule).length ? names.map((name) => name.replaceAll(/^[*_`]+|[*_`]+$/g, "")) : undefined;
}

function cellsOf(row: string): string[] {
  const bare = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
