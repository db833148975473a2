import type { KnownBlock } from "./blocks.ts";

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const fence = /^ {0,3}(?:`{3,}|~{3,})/;
const item = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+/;
const link = String.raw`\[[^\][]*\]\([^()\s]*(?:\s"[^"]*")?\)`;
/** Link to a place of the page or of the site: it leads to text, while one to elsewhere is a fact of its own. */
const local = new RegExp(String.raw`^[*_]{0,2}\[[^\][]*\]\((?![a-z]+:)[^()\s]*\)[*_]{0,2}[.,;]?$`, "i");
const links = new RegExp(String.raw`^(?:[\s|·•»«<>→←/–-]|${link})+$`);
// A destination and at most a title (CommonMark, section 4.7): a footnote and a remark in brackets are text.
const definition = /^ {0,3}\[(?!\^)[^\][]+\]:\s+\S+(?:\s+["'(].*)?$/;
const comment = /^\s*<!--(?:(?!-->).)*-->\s*$/;
/** Markup alone, such as `<details>` or a picture: a link to an address is none. */
const tags = /^\s*(?:<\/?[a-z][a-z\d-]*(?:\s[^<>]*)?>\s*)+$/i;
// Lines of GNU Info and of converted books: `Next: Keys, Previous: Start, Up: Top`.
const turning = /^\s*(?:(?:next|previous|prev|up|top|home|contents|index)\s*:[^,:]*(?:,|$)\s*){2,}$/i;
const longestLine = 500;
const longestMatter = 20_000;
const fewestPages = 3;

/**
 * Furniture of a text, judged by its lines, for texts whose extraction tells none: front matter, comments, definitions of links, lines and lists of
 * links within the page or site, contents with the numbers of pages, questions one after another, heads and feet of pages that form feeds part.
 */
export function findFurniture(text: string): KnownBlock[] {
  const matter = frontMatter(text);
  const lines = [...linesFrom(text, matter)];
  const edges = pageEdges(text, lines);
  const found: KnownBlock[] = matter > 0 ? [{ start: 0, end: matter, kind: "furniture" }] : [];
  let fenced = false;
  for (const [at, line] of lines.entries()) {
    if (fence.test(line.text)) fenced = !fenced;
    const isAsked = isQuestion(line) && (isQuestion(lines[at + 1]) || (isQuestion(lines[at - 1]) && lines[at - 1]?.end === line.start - 1));
    if (!fenced && (isAsked || edges.has(line) || isFurniture(line.text)))
      found.push({ start: line.start, end: line.end, kind: "furniture" });
  }
  return found;
}

/** Length of the front matter (YAML between `---`, TOML between `+++`) that a text begins with; 0 where it has none. */
function frontMatter(text: string): number {
  const [begin, marks = ""] =
    /^\uFEFF?(---|\+\+\+)[ \t]*\r?\n(?=\[|[\p{L}_][\p{L}\p{N}_-]*\s*[:=])/u.exec(text.slice(0, longestLine)) ?? [];
  const opening = begin?.length;
  if (opening === undefined) return 0;
  const closing = (marks === "---" ? /\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/ : /\n\+\+\+[ \t]*(?:\r?\n|$)/).exec(text.slice(0, longestMatter));
  return closing === null || closing.index + 1 < opening ? 0 : closing.index + closing[0].length;
}

/** Lines that are not blank. */
function* linesFrom(text: string, from: number): Generator<Line> {
  for (let start = from; start < text.length;) {
    const at = text.indexOf("\n", start);
    const end = at === -1 ? text.length : at;
    const line = text.slice(start, end);
    if (line.trim() !== "") yield { start, end, text: line };
    start = end + 1;
  }
}

function isFurniture(line: string): boolean {
  if (line.length > longestLine) return false;
  const bare = line.replace(item, "").trim();
  const isNavigation = links.test(bare) && (bare.match(/\]\(/g)?.length ?? 0) > 1;
  return (
    tags.test(line) ||
    definition.test(line) ||
    comment.test(line) ||
    local.test(bare) ||
    isNavigation ||
    turning.test(line) ||
    leadsToPage(line)
  );
}

/** True for a line of contents: `Keys ........ 12`. */
function leadsToPage(line: string): boolean {
  const bare = line.trimEnd();
  let at = bare.length;
  while (at > 0 && /[0-9]/.test(bare.charAt(at - 1))) at -= 1;
  if (at === bare.length || bare.length - at > 4) return false;
  let dots = 0;
  for (; at > 0 && /[\s.…·]/.test(bare.charAt(at - 1)); at -= 1)
    if (bare.charAt(at - 1).trim() !== "") dots += bare.charAt(at - 1) === "…" ? 3 : 1;
  return at > 0 && dots > 3;
}

function isQuestion(line: Line | undefined): boolean {
  const text = line?.text ?? "";
  return (
    text.length <= longestLine && /[?？؟][*_"”»)\]]*\s*$/u.test(text.slice(-20)) && !/[.!。！]\s/u.test(text.replace(item, "").slice(8))
  );
}

/** First and last lines of pages that stand on at least half of them, whatever the number in them. */
function pageEdges(text: string, lines: readonly Line[]): ReadonlySet<Line> {
  const pages = Map.groupBy(lines, createPages(text));
  if (pages.size < fewestPages) return new Set();
  const edges = [...pages.values()].flatMap((page) => [page[0], page.at(-1)].flatMap((line) => line ?? []));
  const alike = Map.groupBy(
    edges.filter((line) => line.text.length <= longestLine),
    (line) =>
      line.text
        .replaceAll(/\d+|\f/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
  );
  return new Set([...alike.values()].filter((same) => same.length >= Math.max(fewestPages, pages.size / 2)).flat());
}

/** Numbers of pages, for lines in their order. A form feed may stand before a line or at its beginning. */
function createPages(text: string): (line: Line) => number {
  let [page, next] = [0, text.indexOf("\f")];
  return ({ start, text: line }) => {
    const first = start + (line.startsWith("\f") ? 1 : 0);
    while (next !== -1 && next < first) [page, next] = [page + 1, text.indexOf("\f", next + 1)];
    return page;
  };
}
