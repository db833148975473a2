import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { Report } from "./report.ts";

/** A value of the front matter: text, or names with texts. */
export interface Field {
  readonly line: number;
  readonly text?: string;
  readonly entries?: readonly { readonly name: string; readonly text: string; readonly line: number }[];
}

export interface FrontMatter {
  readonly fields: ReadonlyMap<string, Field>;
  /** The text after it, and the number of the line that it begins with. */
  readonly body: string;
  readonly firstLine: number;
}

/** Reads YAML between two lines of `---` at the start of a file. Every scalar is text: a digest of digits is not a number. */
export function readFrontMatter(text: string, report: Report): FrontMatter {
  const fields = new Map<string, Field>();
  const content = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (!/^---[ \t]*\n/.test(content)) return { fields, body: content, firstLine: 1 };
  const start = content.indexOf("\n") + 1;
  const end = /^---[ \t]*$/m.exec(content.slice(start));
  if (!end) {
    report.add({ line: 1, expected: "a line '---' that ends the front matter", got: "none", fix: "write '---' after the front matter" });
    return { fields, body: content.slice(start), firstLine: 2 };
  }
  const yaml = content.slice(start, start + end.index);
  try {
    readYaml(yaml, { fields, report });
  } catch (error) {
    // A stack overflow of deep nesting, or an alias; never a reason to fall over.
    report.add({
      line: 2,
      expected: "front matter of plain 'key: value' lines (YAML)",
      got: error instanceof Error ? error.message.slice(0, 120) : "none",
      fix: "write one 'key: value' on each line",
    });
  }
  const bodyStart = start + end.index + end[0].length + 1;
  return { fields, body: content.slice(bodyStart), firstLine: yaml.split("\n").length + 2 };
}

function readYaml(yaml: string, { fields, report }: { readonly fields: Map<string, Field>; readonly report: Report }): void {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 2 : lines.linePos(offset).line + 1);
  for (const error of document.errors)
    report.add({
      line: lineAt(error.pos[0]),
      expected: "YAML",
      got: error.message.slice(0, 120),
      fix: "write one 'key: value' on each line",
    });
  const contents = document.contents;
  if (contents === null) return;
  if (!isMap<Node, Node | null>(contents)) {
    report.add({ line: 2, expected: "'key: value' lines", got: "no key", fix: "write one 'key: value' on each line" });
    return;
  }
  for (const { key, value } of contents.items) {
    const line = lineAt(key.range?.[0]);
    if (isMap<Node, Node | null>(value)) fields.set(textOf(key), { line, entries: entriesOf(value.items, lineAt) });
    else if (isSeq<Node>(value)) {
      const items = value.items.flatMap((item) => (isMap<Node, Node | null>(item) ? listedEntry(item.items, lineAt) : []));
      fields.set(textOf(key), { line, entries: items });
    } else fields.set(textOf(key), { line, text: textOf(value) });
  }
}

type Pairs = readonly { readonly key: Node; readonly value: Node | null }[];
type LineAt = (offset: number | undefined) => number;

function entriesOf(pairs: Pairs, lineAt: LineAt): { name: string; text: string; line: number }[] {
  return pairs.map(({ key, value }) => ({ name: textOf(key), text: textOf(value), line: lineAt(key.range?.[0]) }));
}

/** `- { name: brief.md, sha256: … }`, which people write too. */
function listedEntry(pairs: Pairs, lineAt: LineAt): { name: string; text: string; line: number }[] {
  const of = (wanted: string): string => textOf(pairs.find(({ key }) => textOf(key) === wanted)?.value ?? null);
  return [{ name: of("name"), text: of("sha256"), line: lineAt(pairs[0]?.key.range?.[0]) }];
}

function textOf(node: Node | null): string {
  return isScalar<string>(node) ? (node.value ?? "") : "";
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
