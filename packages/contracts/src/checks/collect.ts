import type { Document, Unmet } from "@tasuki/protocol";
import { findText } from "../text/find-text.ts";
import { countBefore, positionsOf } from "../text/text-index.ts";

/** Limit of the faults of a stage: more than an author can mend at once. It bounds the time that a file with thousands of faults takes. */
const most = 100;

/** Collects the faults that checks report, in their order, up to a limit. Checks are generators, so that none works on past it. */
export function collect(...checks: readonly Iterable<Unmet>[]): Unmet[] {
  const found: Unmet[] = [];
  for (const check of checks)
    for (const unmet of check) {
      found.push(unmet);
      if (found.length === most) return found;
    }
  return found;
}

const lineEnds = new WeakMap<Document, readonly number[]>();

/**
 * The place of texts in a document: the first line that has all of them. Without `line` where no line has, or without a first text. A line
 * is read once, however often it has one of them, and lines are counted by an index that a document has for all its faults.
 */
export function place(document: Document, ...texts: readonly string[]): { file: string; line?: number } {
  const [first = ""] = texts;
  const { name: file, text } = document;
  if (first === "" || texts.some((one) => one.includes("\n"))) return { file };
  const longest = texts.reduce((one, other) => (other.length > one.length ? other : one));
  const ends = lineEnds.get(document) ?? positionsOf(text, "\n");
  lineEnds.set(document, ends);
  for (let at = findText(text, longest); at !== -1;) {
    const line = countBefore(ends, at);
    const end = ends[line] ?? text.length;
    const content = text.slice((ends[line - 1] ?? -1) + 1, end);
    if (texts.every((one) => findText(content, one) >= 0)) return { file, line: line + 1 };
    at = findText(text, longest, end);
  }
  return { file };
}
