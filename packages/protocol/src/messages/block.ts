import { z } from "zod";
import { UnmetList } from "./problem.ts";
import { few, sentence, word } from "./said.ts";

/** Kind of a block: its origin, which decides what clears it. A new epoch clears every block of a stage. */
export const BlockKind = z.enum([
  /** Intake waits for roles that main has never reached; their first health answers clear it. */
  "unseen",
  /** Main can't take the run in; a retry or another run. */
  "intake",
  /** The attempts of a stage are over; a later attempt. */
  "node",
  /** The author of a stage asks something; an answer, or a later attempt. */
  "question",
  /** A node refused main's task for good; its `accepted`. */
  "dispatch",
  /** A node refused the result of a stage for good, or took other bytes; the proof of the hand-off. */
  "hand-off",
  /** The result of a stage sends the work back, and main does not do so by itself; the proof of the hand-off. */
  "decision",
  /** A node does not give the files that it has signed for; a new epoch alone. */
  "pull",
  /** Main's own check refuses the files of a stage, or comes to no result; a new epoch alone. */
  "check",
  /** A stage was not accepted in time; its `accepted`. */
  "scheduleToStart",
  /** A stage was not handed off in time; the proof of the hand-off. */
  "scheduleToClose",
  /** The files of the run don't hold together; a retry. */
  "closing-check",
  /** The time by which the run was wanted has passed; a later one, or the end of the run's work, which goes on. */
  "deadline",
  /** A node refuses for good to archive the run; its `archived`. */
  "close",
]);
export type BlockKind = z.infer<typeof BlockKind>;

/**
 * Block of something that does not go on: the reason, what it needs, who acts next, and the command or fact that clears it. These are
 * texts for people; `kind` is for programs.
 */
export const Block = z.object({
  /** Absent in blocks of the first releases, and where a later release has a kind that this one doesn't know. */
  kind: BlockKind.optional().catch(undefined),
  reason: sentence(),
  needs: sentence(),
  owner: sentence(),
  clearsWith: sentence(),
  /** With `unseen`: the roles that main has never reached. */
  roles: few(word(), 64).optional(),
  unmet: UnmetList.optional(),
});
export type Block = z.infer<typeof Block>;
