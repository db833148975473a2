import type { SourceBlockKind } from "@tasuki/protocol";
import type { TextBlock } from "./reading.ts";

const fence = /^ {0,3}(`{3,}|~{3,})/;
const contents = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\*\*|__)?\[[^\]]*\]\(#[^)]*\)(?:\*\*|__)?\s*$/;
// A destination and at most a title (CommonMark, section 4.7): a footnote and a remark in brackets are text.
const definition = /^ {0,3}\[(?!\^)[^\]]+\]:\s+\S+(?:\s+["'(].*)?$/;
// YAML between `---`, TOML between `+++`.
const yaml = /^\uFEFF?---[ \t]*\r?\n(?![ \t]*\r?\n)[\s\S]*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;
const toml = /^\uFEFF?\+\+\+[ \t]*\r?\n[\s\S]*?\n\+\+\+[ \t]*(?:\r?\n|$)/;
const longestMatter = 20_000;
const longestLine = 1_000;
// A line that is struck as a whole, or one element that is not shown.
const struck = /^\s*(?:[-*+]\s+|\d{1,9}[.)]\s+)?~~[^~]+~~[.,;]?\s*$/;
const unshown = /^\s*<([a-z][\w-]*)\s[^<>]*(?:\bhidden\b(?!-)|aria-hidden=["']?true|display:\s*none)[^<>]*>/i;

/**
 * Blocks of a Markdown text that are no text of its page: front matter, comments, definitions of links, points that are a link to a place of the page, and
 * lines that are struck or not shown. What stands in a fence is of the page.
 */
export function markdownBlocks(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  const head = text.slice(0, longestMatter);
  const matter = (yaml.exec(head) ?? toml.exec(head))?.[0].length ?? 0;
  if (matter > 0) blocks.push({ from: 0, to: matter, kind: "metadata" });
  let open: string | undefined;
  let isComment = false;
  for (let from = matter; from < text.length;) {
    const at = text.indexOf("\n", from);
    const to = at === -1 ? text.length : at + 1;
    const line = text.slice(from, to).trimEnd();
    const start = from;
    const add = (kind: SourceBlockKind): void => void blocks.push({ from: start, to, kind });
    from = to;
    const marks = fence.exec(line)?.[1];
    if (open !== undefined) {
      // A fence is closed by one of its own kind that is at least as long (CommonMark, section 4.5).
      if (marks !== undefined && marks[0] === open[0] && marks.length >= open.length && line.trim() === marks) open = undefined;
    } else if (marks !== undefined) open = marks;
    else if (isComment || /^\s*<!--/.test(line)) {
      isComment = !line.includes("-->");
      if (isComment || line.endsWith("-->")) add("metadata");
    } else if (contents.test(line)) add("contents");
    else if (definition.test(line) || isUnshown(line)) add("metadata");
  }
  return blocks;
}

function isUnshown(line: string): boolean {
  if (line.length > longestLine) return false;
  const name = unshown.exec(line)?.[1];
  return struck.test(line) || (name !== undefined && line.toLowerCase().endsWith(`</${name.toLowerCase()}>`));
}
