import type { Report } from "./report.ts";

/** A value of the front matter: text, or names with texts. */
export interface Field {
  readonly line: number;
  readonly text: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  name: string;
  text: string;
  line: number;
  /** Whether it stands in a list, where `name` and `sha256` are its keys and not a file's name. */
  listed: boolean;
}

export interface FrontMatter {
  readonly fields: ReadonlyMap<string, Field>;
  /** The text after it, and the number of the line that it begins with. */
  readonly body: string;
  readonly firstLine: number;
}

/**
 * Reads front matter between two lines of `---` at the start of a file: the part of YAML that is `key: value` lines, and below a key without
 * a value `  name: value` lines or a list of `name` and `sha256`. Every value is text (a digest of digits is not a number), and nothing
 * nests or expands, so that a hostile file costs no more than its length.
 */
export function readFrontMatter(text: string, report: Report): FrontMatter {
  const fields = new Map<string, Field & { entries: Entry[] }>();
  const content = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (!/^---[ \t]*\n/.test(content)) return { fields, body: content, firstLine: 1 };
  const start = content.indexOf("\n") + 1;
  const end = /^---[ \t]*$/m.exec(content.slice(start));
  if (!end) {
    report.add({ line: 1, expected: "a line '---' that ends the front matter", got: "none", fix: "write '---' after the front matter" });
    return { fields, body: content.slice(start), firstLine: 2 };
  }
  const lines = content
    .slice(start, start + end.index)
    .split("\n")
    .slice(0, -1);
  let open: (Field & { entries: Entry[] }) | undefined;
  for (const [at, written] of lines.entries()) {
    const line = at + 2;
    if (written.trim() === "" || written.trimStart().startsWith("#")) continue;
    const indented = /^(?:[ \t]|- )/.test(written);
    const [key, value] = split(written.trim());
    const problem = (expected: string, fix: string): void => report.add({ line, expected, got: written.trim().slice(0, 120), fix });
    if (!indented && key !== undefined && !fields.has(key)) fields.set(key, (open = { line, text: value, entries: [] }));
    else if (indented && open && addEntry(open.entries, written.trim(), line)) continue;
    else if (key !== undefined && !indented) problem(`'${key}' once`, "leave one of the two lines out");
    else problem("'key: value', or '  name: value' below a key", "write one 'key: value' on each line of the front matter");
  }
  return { fields, body: content.slice(start + end.index + end[0].length + 1), firstLine: lines.length + 3 };
}

/** `name: digest`; or in a list `- name: x` and `sha256: y` on lines of their own, or `- { name: x, sha256: y }`. */
function addEntry(entries: Entry[], written: string, line: number): boolean {
  const listed = written.startsWith("- ");
  const content = listed ? written.slice(2).trim() : written;
  const pairs = (content.startsWith("{") && content.endsWith("}") ? content.slice(1, -1).split(",") : [content]).map((pair) =>
    split(pair.trim()),
  );
  if (listed) entries.push({ name: "", text: "", line, listed });
  for (const [key, value] of pairs) {
    const last = entries.at(-1);
    if (key === undefined) return false;
    if (!last?.listed) entries.push({ name: key, text: value, line, listed: false });
    else if (key === "name") last.name = value;
    else if (key === "sha256") last.text = value;
  }
  return true;
}

function split(pair: string): [key: string | undefined, value: string] {
  const colon = /:(?=\s|$)/.exec(pair)?.index ?? -1;
  if (colon < 1) return [undefined, ""];
  return [unquote(pair.slice(0, colon).trim()), unquote(pair.slice(colon + 1).trim())];
}

function unquote(text: string): string {
  if (text === "{}" || text === "[]") return "";
  const quoted = text.length > 1 && text.at(0) === text.at(-1) && /^["']/.test(text);
  return quoted ? text.slice(1, -1) : text;
}

/** Front matter of plain keys; a value is text, or names with texts. Texts must be of a kind that YAML leaves alone: ids, digests, names. */
export function formatFrontMatter(fields: Readonly<Record<string, string | readonly (readonly [string, string])[]>>): string {
  const lines = Object.entries(fields).flatMap(([key, value]) =>
    typeof value === "string"
      ? [`${key}: ${value}`]
      : [value.length === 0 ? `${key}: {}` : `${key}:`, ...value.map(([name, text]) => `  ${name}: ${text}`)],
  );
  return ["---", ...lines, "---", ""].join("\n");
}
