import type { Gap } from "../artifacts/sg-review.ts";
import type { Documents } from "../define-artifact.ts";
import { valueOf } from "./documents.ts";

/** Gaps with those added that code knows of: sources of the run that could not be read. */
export function withUnreadable(gaps: readonly Gap[], documents: Documents): Gap[] {
  const declared = new Set(gaps.map(({ question }) => /^\s*(\w+)/.exec(question)?.[1]));
  const unreadable = valueOf(documents, "run")?.sources.filter(({ id, text }) => text === undefined && !declared.has(id)) ?? [];
  return [...gaps, ...unreadable.map(({ id, unreadable }) => ({ question: id, reason: oneLine(unreadable ?? "it could not be read") }))];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
