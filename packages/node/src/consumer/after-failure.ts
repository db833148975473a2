import { type Block, createBackoff, type Outcome, outcomes } from "@tasuki/protocol";
import type { Claimed, TaskRow } from "@tasuki/store";
import { type Notary, type Seal, taskSubjects } from "@tasuki/evidence";
import { nodeBlock } from "@tasuki/flow";
import type { Failure, Performed } from "./worker.ts";

export interface RetryPolicy {
  /** Number of attempts of one task, in all; an outcome may allow fewer. */
  readonly attempts: number;
  readonly now: number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** Completion after a failed attempt, by its outcome: the task goes back to the queue for another attempt, or is blocked, with the reason. */
export function afterFailure(
  { row, attempt }: Claimed,
  failure: Failure,
  context: RetryPolicy & { readonly notary: Notary },
): Exclude<Performed, { failure: Failure }> {
  const { attempts, now, random, notary } = context;
  const { outcome, detail, final } = failure;
  const { run, stage, epoch } = row.payload;
  const all = Math.min(attempts, outcomes[outcome].attempts);
  if (final !== true && attempt < all) {
    const backoff = createBackoff({ firstMs: 500, lastMs: 30_000, jitter: "half", random });
    const next = Math.ceil(now + backoff(attempt));
    const facts = { run, stage, epoch, task: row.id, attempt, attempts: all, outcome, next };
    return {
      completion: { state: "again", notBefore: next },
      seal: () => notary.event("attempt-ended", facts, { text: { code: outcome, text: detail } }),
    };
  }
  const block = toBlock(row, failure);
  return { completion: { state: "blocked", block }, seal: (ended) => blockedSeal(notary, ended, { block, attempt, outcome }) };
}

function toBlock({ payload: { run, stage, kind } }: TaskRow, { outcome, detail, unmet }: Failure): Block {
  const asked = outcome === "needs-human" ? "question" : "node";
  return nodeBlock({ kind: kind === "run" ? "intake" : asked, run, stage, reason: `${stage}: ${detail}`, outcome, unmet });
}

function blockedSeal(notary: Notary, row: TaskRow, { block, attempt, outcome }: { block: Block; attempt: number; outcome: Outcome }): Seal {
  const { run, stage, epoch } = row.payload;
  return notary.receipt({
    run,
    stage,
    task: row.id,
    epoch,
    attempt,
    state: "blocked",
    prev: row.lastReceipt,
    outcome,
    text: { code: outcome, text: block.reason },
    subjects: taskSubjects(row.payload, row.digest),
  });
}
