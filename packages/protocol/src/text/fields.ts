import { fromInline, reference, toInline } from "./line.ts";
import type { Section } from "./markdown.ts";
import type { Report } from "./report.ts";

type Lines = Section["lines"];

export interface FieldLine {
  /** The text before the first colon, without list mark and emphasis. */
  readonly key: string;
  readonly value: string;
  /** The value as the file has it, before character references are read. */
  readonly raw: string;
  readonly line: number;
}

const bullet = /^\s{0,3}[-*+](?:\s+|$)/;

/** Reads `- key: value` lines. Indented lines without a mark go on with the value above. A line without a key is reported: `form` was expected. */
export function readFields(lines: Lines, report: Report, form: string): readonly FieldLine[] {
  const fields: { key: string; value: string; line: number }[] = [];
  for (const { text, line } of lines) {
    const last = fields.at(-1);
    if (last && /^\s/.test(text) && !/^\s*[-*+]\s/.test(text)) {
      last.value = `${last.value} ${text.trim()}`;
      continue;
    }
    if (isNone(text)) continue;
    const content = text.trimStart().replace(bullet, "").trim();
    const colon = content.indexOf(":");
    const key = content.slice(0, Math.max(0, colon)).replaceAll("*", "").trim();
    if (key === "") refuseLine({ text, line }, report, form);
    else
      fields.push({
        key,
        value: content
          .slice(colon + 1)
          .replace(/^\*+(?=\s|$)/, "")
          .trim(),
        line,
      });
  }
  return fields.map(({ key, value, line }) => ({ key, value: fromInline(value), raw: value, line }));
}

/** Reads `- text` lines. */
export function readItems(lines: Lines): readonly { readonly value: string; readonly line: number }[] {
  const items: { value: string; line: number }[] = [];
  for (const { text, line } of lines) {
    const last = items.at(-1);
    if (isNone(text)) continue;
    if (bullet.test(text)) items.push({ value: text.replace(bullet, "").trim(), line });
    else if (last && /^\s/.test(text)) last.value = `${last.value} ${text.trim()}`;
    else items.push({ value: text.trim(), line });
  }
  return items.map(({ value, line }) => ({ value: fromInline(value), line }));
}

/** Items as `- text` lines, which `readItems` reads. An item such as "None." is written so that it is not read as no item. */
export function formatItems(items: readonly string[]): string {
  return items.map((item) => `- ${isNone(item) ? reference(item.trim()) + toInline(item).slice(1) : toInline(item)}\n`).join("");
}

/** Reports lines where `form` is expected instead, so that no words of an author are silently lost. */
export function refuseLines(lines: Lines, report: Report, form: string): void {
  for (const { text, line } of lines) if (!isNone(text)) refuseLine({ text, line }, report, form);
}

function refuseLine({ text, line }: Lines[number], report: Report, form: string): void {
  const isFence = /^\s*(?:`{3,}|~{3,})/.test(text);
  const fix = isFence ? "write the file alone, without the lines of a fence before and after it" : `write '${form}', or leave the line out`;
  report.add({ line, expected: form, got: text.trim().slice(0, 120), fix });
}

/** Ids in a text, parted by commas or blanks. `none` or an empty text has no ids. */
export function readIds(text: string): string[] {
  return text.split(/[\s,]+/).filter((id) => id !== "" && !isNone(id));
}

/** Ids as a text, which `readIds` reads. */
export function formatIds(ids: readonly string[]): string {
  return ids.length === 0 ? "none" : ids.join(", ");
}

function isNone(text: string): boolean {
  return /^\s{0,3}(?:[-*+]\s+)?(?:none|nothing)\.?\s*$/i.test(text);
}

/** The number in a text; the text itself where it is no number, so that the schema's report can show it. */
export function readNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text;
}
