import type { Range } from "./sentences.ts";

/** One or more citations in a row: `[C1]`, `[C1][C4]`, `[C1, C4]`. */
const run = /\[C[1-9][0-9]{0,4}(?:,\s?C[1-9][0-9]{0,4})*\](?:\s*\[C[1-9][0-9]{0,4}(?:,\s?C[1-9][0-9]{0,4})*\])*/g;

/** Citations that stand together, and the items that they name, in order. */
export interface CitationRun extends Range {
  readonly items: readonly string[];
}

/** Every run of citations in a text. */
export function citationsIn(text: string): CitationRun[] {
  return [...text.matchAll(run)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    items: match[0].match(/C[0-9]+/g) ?? [],
  }));
}
