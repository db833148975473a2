import type { Document, Unmet } from "@tasuki/protocol";

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

/** The place of texts in a document: the first line that has all of them. Without `line` where no line has. */
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
