import { replaceUnseen } from "@tasuki/protocol";

/**
 * Text as a screen may show it on a line: without the characters that it would obey or not show, so that nothing in a brief or a reason can
 * move the cursor, write to the clipboard or pass as a line of its own.
 */
export function toShown(text: string): string {
  return replaceUnseen(text, (character) => (/\s/.test(character) ? " " : ""));
}

/** Text from the wire on one line, with single blanks. */
export function toLine(text: string): string {
  return toShown(text).replace(/\s+/g, " ").trim();
}

/** Text from the wire as a screen may show it; its line breaks and tabs are kept. */
export function toText(text: string): string {
  return replaceUnseen(text, (character) => (character === "\n" || character === "\t" ? character : ""));
}

/** A word as a shell takes it, quoted where it has to be. Source: POSIX.1-2024, Shell Command Language, 2.2.2 (single quotes). */
export function toShellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text clipped to `width` columns, with `…` for what was cut. Characters that may be wide (East Asian scripts, emoji) count as two columns. */
export function clip(text: string, width: number): string {
  let columns = 0;
  let end = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width) return width < 1 ? "" : `${text.slice(0, end)}…`;
    if (columns < width) end += character.length;
  }
  return text;
}

// Characters from Hangul Jamo on may be wide (UAX #11). A narrow one that is counted as wide costs a column; the other way round costs a line.
function columnsOf(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
}
