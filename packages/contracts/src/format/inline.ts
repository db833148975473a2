/**
 * A value on a line of Markdown. What the line's form would change (blanks at the ends, a closing `#`, a `|` in a table) is written
 * as a numeric character reference (CommonMark 0.31, section 2.5), or as `\|`; everything else stands as it is.
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

/** A value in a cell of a table. */
export function toCell(value: string): string {
  return toInline(value)
    .replaceAll(/\\(?=\|)/g, reference("\\"))
    .replaceAll("|", "\\|");
}

/** The value that stands on a line. */
export function fromInline(text: string): string {
  return text.trim().replaceAll(/&#(\d{1,7});/g, (written: string, digits: string) => {
    const point = Number(digits);
    return point > 0x10ffff ? written : String.fromCodePoint(point);
  });
}

/** The reference for one character. */
export function reference(character: string): string {
  return `&#${character.codePointAt(0) ?? 0};`;
}

function references(blanks: string): string {
  return Array.from(blanks, reference).join("");
}
