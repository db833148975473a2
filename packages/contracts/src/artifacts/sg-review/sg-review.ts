import { defineArtifact, distinct, FileName, Id, judge, Line, type Parsed, type Rules, Sha256 } from "@tasuki/protocol";
import { z } from "zod";
import { ItemId, QuestionId } from "../ids.ts";
import { authoring } from "./authoring.ts";
import { completeSgReview } from "./complete.ts";
import { readSgReview } from "./read.ts";
import { formatSgReview } from "./write.ts";

export { nameGap, sourceGaps } from "./gaps.ts";

/** Name and digest of a file that a stage says it read. */
export const InputDigest = z.object({ name: FileName, sha256: Sha256 });
export type InputDigest = z.infer<typeof InputDigest>;

/** Names and digests of the files that a stage says it read, each once. */
export const InputDigests = z.array(InputDigest).check(distinct((input) => input.name));

/** A gap in the sources. `question` begins with the id of the question that they don't answer, or of the source that can't be read. */
export const Gap = z.object({ question: Line.min(1), reason: Line });
export type Gap = z.infer<typeof Gap>;

export const Verdict = z.object({
  item: ItemId,
  verdict: z.enum(["accepted", "partial", "rejected", "merged"]),
  into: ItemId.optional(),
  reason: Line,
});
export type Verdict = z.infer<typeof Verdict>;

/** Value of sg-review.md: a verdict on every candidate, the outline of the answer, contradictions and gaps. */
export const SgReview = z.object({
  run: Id,
  inputs: InputDigests,
  decision: z.enum(["converged", "rework"]),
  verdicts: z.array(Verdict),
  outline: z.array(z.object({ question: QuestionId, items: z.array(ItemId) })),
  contradictions: z.array(z.object({ items: z.tuple([ItemId, ItemId]), note: Line })),
  gaps: z.array(Gap),
  /** Requests to nano, with `rework`. */
  requests: z.array(Line),
});
export type SgReview = z.infer<typeof SgReview>;

/** The ids of the items that the outline and the final text may use: those with the verdict `accepted` or `partial`. */
export function usableItems(review: SgReview): ReadonlySet<string> {
  return new Set(review.verdicts.flatMap(({ item, verdict }) => (verdict === "accepted" || verdict === "partial" ? [item] : [])));
}

const rules: Rules = {
  run: { expected: "the run's id", fix: "write 'run: <id>' from run.json in the front matter" },
  inputs: {
    expected: "the files that were read, with their SHA-256",
    fix: "write 'inputs:' in the front matter, and below it '  name: <sha256>'",
  },
  "inputs.*.sha256": { expected: "a SHA-256: 64 lower-case hexadecimal digits", fix: "write '  name: <sha256>'" },
  decision: { expected: "converged or rework", fix: "write 'decision: converged' in the front matter, or 'rework' with '# Requests'" },
  verdicts: { expected: "a section '# Verdicts'", fix: "add '# Verdicts' with the table item, verdict, into, reason" },
  "verdicts.*.item": { expected: "the id of a candidate: C1, C2, …", fix: "write the id as candidate-list.md has it" },
  "verdicts.*.verdict": { expected: "accepted, partial, rejected or merged", fix: "write one of the four" },
  "verdicts.*.into": { expected: "with merged: the id of the item that it goes into", fix: "write an item's id, or leave the cell empty" },
  outline: { expected: "a section '# Outline'", fix: "add '# Outline', with '- Q1: C1, C2' for each question" },
  "outline.*.question": { expected: "the id of a question: Q1, Q2, …", fix: "write '- Q1: C1, C2'" },
  "outline.*.items.*": { expected: "ids of accepted items: C1, C2, …", fix: "write '- Q1: C1, C2', or '- Q1: none'" },
  contradictions: { expected: "a section '# Contradictions'", fix: "add '# Contradictions', with '- C1, C2: note' lines, or 'None.'" },
  "contradictions.*.items": { expected: "two items: C1, C2", fix: "write '- C1, C2: note'" },
  "contradictions.*.items.*": { expected: "an item's id: C1, C2, …", fix: "write '- C1, C2: note'" },
  gaps: { expected: "a section '# Gaps'", fix: "add '# Gaps', with '- Q2: reason' lines, or 'None.'" },
  "gaps.*.question": { expected: "the id of a question or source: Q1, S2", fix: "write '- Q2: reason'" },
  requests: { expected: "a section '# Requests'", fix: "add '# Requests', with what nano must do, or 'None.'" },
};

const contract = {
  name: "sg-review",
  version: 1,
  file: "sg-review.md",
  schema: SgReview,
  rules,
  read(text: string, fileName: string): Parsed<SgReview> {
    const { report, draft } = readSgReview(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, { requests: [], ...draft });
  },
} as const;

export const sgReview = defineArtifact({
  ...contract,
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  write: formatSgReview,
  complete: (text, context) => completeSgReview(text, contract, context),
  authoring,
  decides: { field: "decision", forward: "converged", back: "rework", requests: "requests" },
});
