/**
 * Text from the wire as a terminal may show it: on one line, without control characters, so that nothing in a brief or a reason can move the
 * cursor or write to the clipboard. Source: ECMA-48 (C0, C1, DEL); Unicode bidirectional controls.
 */
export function toLine(text: string): string {
  return toText(text).replace(/\s+/g, " ").trim();
}

/** Text from the wire without control characters; its line breaks and tabs are kept. */
export function toText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, "");
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
