import type { Parsed } from "../define-artifact.ts";

/** Takes any text that is text. */
export function parseText(text: string, fileName: string): Parsed<string> {
  const at = text.indexOf("\0");
  if (at < 0) return { ok: true, value: text };
  const line = text.slice(0, at).split("\n").length;
  return { ok: false, unmet: [{ file: fileName, line, expected: "text", got: "a NUL character", fix: "write the file as plain text" }] };
}
