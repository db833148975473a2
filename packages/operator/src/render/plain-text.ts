/**
 * Text from the wire as a terminal may show it: on one line, without control characters, so that nothing in a brief or a reason can move the
 * cursor or write to the clipboard. Source: ECMA-48 (C0, C1, DEL); Unicode bidirectional controls.
 */
export function toLine(text: string): string {
  return toText(text).replace(/\s+/g, " ").trim();
}

/** The same, line breaks and tabs kept. */
export function toText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, "");
}

/** At most `width` characters; what is cut ends in `…`. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
