import { z } from "zod";
import { FileName, Id, Sha256 } from "../identifiers.ts";
import { ItemId } from "./candidate-list.ts";

const line = z.string().regex(/^[^\r\n]*$/, "one line");

/** A file that a stage says it read. */
export const InputDigest = z.object({ name: FileName, sha256: Sha256 });
export type InputDigest = z.infer<typeof InputDigest>;

/** Something that the sources don't answer. */
export const Gap = z.object({ question: z.string(), reason: line });
export type Gap = z.infer<typeof Gap>;

export const Verdict = z.object({
  item: ItemId,
  verdict: z.enum(["accepted", "partial", "rejected", "merged"]),
  into: ItemId.optional(),
  reason: line,
});
export type Verdict = z.infer<typeof Verdict>;

/** sg-review.md: a verdict on every candidate, the outline of the answer, and what is missing or contradicts. */
export const SgReview = z.object({
  run: Id,
  inputs: z.array(InputDigest),
  decision: z.enum(["converged", "rework"]),
  verdicts: z.array(Verdict),
  outline: z.array(z.object({ question: z.string(), items: z.array(ItemId) })),
  contradictions: z.array(z.object({ items: z.tuple([ItemId, ItemId]), note: line })),
  gaps: z.array(Gap),
  /** With `rework`: what nano must do. */
  requests: z.array(line),
});
export type SgReview = z.infer<typeof SgReview>;
