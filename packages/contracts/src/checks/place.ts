import type { Document } from "../define-artifact.ts";

/** Where something stands in a file: the first line that has all of these texts in it. Without a line where none has. */
export function place(document: Document, ...texts: readonly string[]): { file: string; line?: number } {
  const [first = ""] = texts;
  const { name: file, text } = document;
  if (first === "") return { file };
  for (let at = text.indexOf(first); at !== -1; at = text.indexOf(first, at + 1)) {
    const start = text.lastIndexOf("\n", at) + 1;
    const next = text.indexOf("\n", at);
    const line = text.slice(start, next === -1 ? text.length : next);
    if (texts.every((one) => line.includes(one))) return { file, line: text.slice(0, start).split("\n").length };
  }
  return { file };
}
