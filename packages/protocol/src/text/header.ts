import type { Report } from "./report.ts";

/** A `key: value` line of a header. */
export interface HeaderField {
  readonly text: string;
  /** The number of the line in the file. */
  readonly line: number;
  /** Names with texts, on the lines below a key of front matter. */
  readonly entries: readonly Entry[];
}

interface Entry {
  name: string;
  text: string;
  line: number;
  /** Marks an item of a list, where `name` and `sha256` are keys of the item and no file is named so. */
  isListed: boolean;
}

export interface Header {
  /** Fields by key, in the order of the file. A key has one field, unless the form lets keys repeat. */
  readonly fields: ReadonlyMap<string, readonly HeaderField[]>;
  /** The index of the first line after the header; 0 where the file has none. */
  readonly end: number;
}

/** The form of the headers of a kind of file. */
export interface HeaderForm {
  /** Fences: the header stands between two lines of `---`. Without them, it is the first lines of the file, up to a blank one. */
  readonly isFenced: boolean;
  /** Keys that the header may begin with; a file that begins with another has none. Left out, the fence is enough. */
  readonly keys?: readonly string[];
  /** Pattern of a line, with the groups key and value. Lines are trimmed before they are matched, unless the form is exact. */
  readonly line: RegExp;
  /** Exactness: every character counts. Blanks around a value belong to it, and a header that does not end is no header, but text. */
  readonly isExact?: boolean;
  /** Repeating keys: each may stand on several lines. */
  readonly repeats?: boolean;
  /** Part of YAML: comments, quotation marks, and below a key `  name: value` lines or a list of `name` and `sha256`. */
  readonly isYaml?: boolean;
}

/**
 * Reads the header of a file from its lines, and reports what is wrong with it: a line that has another form, a key that stands twice, a
 * fence that is not closed. Every value is text (a digest of digits is not a number), and nothing expands, so that a hostile file costs
 * no more than its length.
 */
export function readHeader(lines: readonly string[], form: HeaderForm, report: Report): Header {
  const fields = new Map<string, HeaderField[]>();
  const start = form.isFenced ? 1 : 0;
  if (!hasHeader(lines, form)) return { fields, end: 0 };
  const last = endOf(lines, form);
  if (last < 0) {
    if (form.isExact) return { fields, end: 0 };
    report.add({ line: 1, expected: "a line '---' that ends the front matter", got: "none", fix: "write '---' after the front matter" });
    return { fields, end: start };
  }
  let open: Entry[] | undefined;
  for (let at = start; at < last; at += 1) {
    const written = lines[at] ?? "";
    const trimmed = written.trim();
    const line = at + 1;
    if (form.isYaml && (trimmed === "" || trimmed.startsWith("#"))) continue;
    const isNested = form.isYaml && /^(?:[ \t]|- )/.test(written);
    const [key, text] = isNested ? [] : split(form.isExact ? written : trimmed, form);
    const known = key === undefined ? undefined : fields.get(key);
    if (isNested && open && addEntry(open, trimmed, { form, line })) continue;
    const got = trimmed.slice(0, 120) || "an empty line";
    if (key === undefined) {
      report.add({ line, got, ...wanted(form) });
      // A header without fences should have ended before this line, unless its first blank line is known to end it.
      if (!form.isFenced && !form.isExact) return { fields, end: at };
    } else if (known === undefined || form.repeats) {
      open = [];
      const field = { text: text ?? "", line, entries: open };
      if (known === undefined) report.at(key, line);
      if (known?.push(field) === undefined) fields.set(key, [field]);
    } else report.add({ line, expected: `'${key}' once`, got, fix: "leave one of the two lines out" });
  }
  return { fields, end: Math.min(last + 1, lines.length) };
}

function hasHeader(lines: readonly string[], form: HeaderForm): boolean {
  const { isFenced, isExact, keys } = form;
  if (isFenced && !isFence(lines[0] ?? "", form)) return false;
  const first = lines[isFenced ? 1 : 0];
  if (first === undefined) return false;
  return keys === undefined || keys.includes(split(isExact ? first : first.trim(), form)[0] ?? "");
}

/** The index of the line that ends the header, a fence or a blank one; -1 where there is none. A header without fences may be the whole file. */
function endOf(lines: readonly string[], form: HeaderForm): number {
  const { isFenced, isExact } = form;
  const end = lines.findIndex((line, at) => (isFenced ? at > 0 && isFence(line, form) : (isExact ? line : line.trim()) === ""));
  if (isExact) return end === lines.length - 1 ? -1 : end;
  return end < 0 && !isFenced ? lines.length : end;
}

function isFence(line: string, { isExact }: HeaderForm): boolean {
  return isExact ? line === "---" : /^---[ \t]*$/.test(line);
}

function wanted({ isFenced, isYaml }: HeaderForm): { readonly expected: string; readonly fix: string } {
  if (isYaml)
    return {
      expected: "'key: value', or '  name: value' below a key",
      fix: "write one 'key: value' on each line of the front matter",
    };
  return {
    expected: "'key: value'",
    fix: isFenced ? "write the header as 'key: value' lines" : "write the header as 'key: value' lines, and a blank line after it",
  };
}

function split(line: string, { line: pattern, isYaml, isExact }: HeaderForm): readonly [key?: string, text?: string] {
  const [, key, text = ""] = pattern.exec(line) ?? [];
  if (key === undefined) return [];
  if (isYaml) return [unquote(key.trim()), unquote(text.trim())];
  return [key, isExact ? text : text.trim()];
}

/** Adds an entry: `name: digest`; or in a list `- name: x` and `sha256: y` on lines of their own, or `- { name: x, sha256: y }`. */
function addEntry(entries: Entry[], written: string, { form, line }: { readonly form: HeaderForm; readonly line: number }): boolean {
  const isListed = written.startsWith("- ");
  const content = isListed ? written.slice(2).trim() : written;
  const pairs = (content.startsWith("{") && content.endsWith("}") ? content.slice(1, -1).split(",") : [content]).map((pair) =>
    split(pair.trim(), form),
  );
  if (isListed) entries.push({ name: "", text: "", line, isListed });
  for (const [key, text = ""] of pairs) {
    const last = entries.at(-1);
    if (key === undefined) return false;
    if (!last?.isListed) entries.push({ name: key, text, line, isListed: false });
    else if (key === "name") last.name = text;
    else if (key === "sha256") last.text = text;
  }
  return true;
}

function unquote(text: string): string {
  if (text === "{}" || text === "[]") return "";
  const quoted = text.length > 1 && text.at(0) === text.at(-1) && /^["']/.test(text);
  return quoted ? text.slice(1, -1) : text;
}

/** The lines of a header; below a key that has entries, a line for each. In front matter, texts must be of a kind that YAML leaves alone. */
export function formatHeader(fields: Readonly<Record<string, string | readonly (readonly [name: string, text: string])[]>>): string {
  const lines = Object.entries(fields).flatMap(([key, value]) =>
    typeof value === "string"
      ? [`${key}: ${value}`]
      : [value.length === 0 ? `${key}: {}` : `${key}:`, ...value.map(([name, text]) => `  ${name}: ${text}`)],
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** A header between two lines of `---`. */
export function formatFrontMatter(fields: Parameters<typeof formatHeader>[0]): string {
  return `---\n${formatHeader(fields)}---\n`;
}
