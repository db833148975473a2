import type { SourceBlockKind } from "@tasuki/protocol";
import type { TextBlock } from "./reading.ts";

const fence = /^ {0,3}(`{3,}|~{3,})/;
const contents = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\*\*|__)?\[[^\]]*\]\(#[^)]*\)(?:\*\*|__)?\s*$/;
// A destination and at most a title (CommonMark, section 4.7): a footnote and a remark in brackets are text.
const definition = /^ {0,3}\[(?!\^)[^\]]+\]:\s+\S+(?:\s+["'(].*)?$/;
const longestMatter = 20_000;

/**
 * Blocks of a Markdown text that are no text of its page: front matter (YAML between `---`), comments, definitions of links, and points that are a link to
 * a place of the page. What stands in a fence is of the page.
 */
export function markdownBlocks(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  const matter =
    /^\uFEFF?---[ \t]*\r?\n(?![ \t]*\r?\n)[\s\S]*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text.slice(0, longestMatter))?.[0].length ?? 0;
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
    else if (definition.test(line)) add("metadata");
  }
  return blocks;
}
