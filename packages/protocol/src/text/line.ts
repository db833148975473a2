import { z } from "zod";

/** Text on one line of an artifact. */
export const Line = z.string().regex(/^[^\r\n\0]*$/, "one line of text");
/** Text of any number of lines. */
export const Text = z.string().refine((text) => !text.includes("\0"), "text without NUL");

/** Refuses a second element with the same key; the issue's path names it. */
export function distinct<Item>(keyOf: (item: Item) => string) {
  return (context: z.core.ParsePayload<Item[]>): void => {
    const seen = new Set<string>();
    for (const [at, item] of context.value.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) context.issues.push({ code: "custom", message: `each id once: ${key} is there already`, input: key, path: [at] });
      seen.add(key);
    }
  };
}

/**
 * A value as text on a line of Markdown. Characters that the line's form would change (blanks at the ends, a closing `#`, a `|` in a table)
 * are written as numeric character references (CommonMark 0.31, section 2.5), or as `\|`; all others stand as they are.
 */
export function toInline(value: string): string {
  const text = value.replaceAll(/&(?=#\d{1,7};)/g, reference("&"));
  const inner = text.trim();
  const start = text.length - text.trimStart().length;
  const before = text.slice(0, start);
  const after = inner === "" ? "" : text.slice(start + inner.length);
  const body = inner.endsWith("#") ? `${inner.slice(0, -1)}${reference("#")}` : inner;
  return `${references(before)}${body}${references(after)}`;
}

/** A value as text in a cell of a table. */
export function toCell(value: string): string {
  return toInline(value)
    .replaceAll(/\\(?=\|)/g, reference("\\"))
    .replaceAll("|", "\\|");
}

/** The value that a text on a line stands for. */
export function fromInline(text: string): string {
  return text.trim().replaceAll(/&#(\d{1,7});/g, (written: string, digits: string) => {
    const point = Number(digits);
    return point > 0x10ffff ? written : String.fromCodePoint(point);
  });
}

/** The numeric reference for one character. */
export function reference(character: string): string {
  return `&#${character.codePointAt(0) ?? 0};`;
}

function references(blanks: string): string {
  return Array.from(blanks, reference).join("");
}
