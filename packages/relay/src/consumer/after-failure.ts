import { type Block, type Outcome, outcomes } from "@tasuki/contracts";
import type { Claimed, Seal, TaskRow } from "@tasuki/store";
import type { Notary } from "../node/notary.ts";
import { taskSubjects } from "../node/task-subjects.ts";
import type { Failure, Performed } from "./worker.ts";

export interface RetryPolicy {
  /** Attempts of one task, in all. */
  readonly attempts: number;
  readonly now: number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

const firstBackoffMs = 500;
const lastBackoffMs = 30_000;

/** Milliseconds before the attempt after the n-th: doubled each time, with half of it left to chance. */
function attemptBackoff(attempt: number, random: () => number): number {
  const most = Math.min(lastBackoffMs, firstBackoffMs * 2 ** Math.min(attempt - 1, 10));
  return most / 2 + (most / 2) * random();
}

/** What follows from a failed attempt, by its outcome: another one, later; or the stage is blocked, and says why and for whom. */
export function afterFailure(
  { row, attempt }: Claimed,
  failure: Failure,
  context: RetryPolicy & { readonly notary: Notary },
): Exclude<Performed, { failure: Failure }> {
  const { attempts, now, random, notary } = context;
  const { outcome, detail, final } = failure;
  const { run, stage, epoch } = row.payload;
  if (outcomes[outcome].retry && final !== true && attempt < attempts) {
    const facts = { run, stage, epoch, task: row.id, attempt, outcome };
    return {
      completion: { state: "again", notBefore: Math.ceil(now + attemptBackoff(attempt, random)) },
      seal: notary.event("attempt-ended", { ...facts, detail }),
    };
  }
  const block = toBlock(row, failure);
  return { completion: { state: "blocked", block }, seal: blockedSeal(notary, row, { block, attempt, outcome }) };
}

function toBlock({ payload: { run, stage, kind } }: TaskRow, { outcome, detail, unmet }: Failure): Block {
  return {
    reason: `${stage}: ${detail}`,
    needs: needsOf(outcome),
    owner: "operator",
    clearsWith: kind === "run" ? `tasuki retry ${run}` : `tasuki retry ${run} --from ${stage}`,
    ...(unmet !== undefined && unmet.length > 0 && { unmet: [...unmet] }),
  };
}

function needsOf(outcome: Outcome): string {
  switch (outcome) {
    case "contract-violation":
      return "outputs that keep the contracts of the stage: mend the executor, then retry";
    case "misconfigured":
      return "the app's work.ts mended, then a retry; or the executor in this node's config.jsonc, then the node started again and a retry";
    case "output-limit":
      return "an executor that writes less";
    case "no-output":
      return "an executor that writes the files of the stage to out/";
    case "timed-out":
    case "stalled":
      return "an executor that ends in time, or longer clocks for the run";
    case "succeeded":
    case "repaired":
    case "failed":
    case "deferred":
    case "cancelled":
      return "the cause mended (the reason names it), then a retry";
  }
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
    reason: block.reason,
    subjects: taskSubjects(row.payload, row.digest),
  });
}
