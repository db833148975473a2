import type { Run } from "@tasuki/contracts/artifacts/run";
import type { Gap } from "@tasuki/contracts/artifacts/sg-review";
import type { Answer } from "./answer-question.ts";
import { oneLine } from "./one-line.ts";

/** The gaps that the review declares, and those that it left open: questions without an answer, sources that could not be read. */
export function finalGaps(answers: readonly Answer[], { declared, sources }: { declared: readonly Gap[]; sources: Run["sources"] }): Gap[] {
  const known = new Set(declared.map(({ question }) => /^\s*([QSN][1-9][0-9]{0,4})(?!\w)/.exec(question)?.[1]));
  const open = answers
    .filter(({ question, answered }) => !answered && !known.has(question))
    .map(({ question }) => ({ question, reason: "nothing that was accepted for it can be quoted" }));
  const unreadable = sources
    .filter(({ id, text }) => text === undefined && !known.has(id))
    .map(({ id, label, unreadable }) => ({
      question: id,
      reason: oneLine(`${label} can't be read: ${unreadable ?? "the reason is not known"}`, 300),
    }));
  return [...declared, ...open, ...unreadable];
}
