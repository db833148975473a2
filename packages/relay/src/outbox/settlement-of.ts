import { type Block, type Envelope, isTasukiError, type TasukiError } from "@tasuki/contracts";
import type { OutboxRow, Seal, Settlement, Store } from "@tasuki/store";
import type { Notary } from "../node/notary.ts";
import { taskSubjects } from "../node/task-subjects.ts";

export interface SettlementContext {
  readonly notary: Notary;
  readonly store: Pick<Store, "task">;
  readonly now: number;
  /** A number in [0, 1): full jitter. */
  readonly random: () => number;
}

interface Settled {
  readonly settlement: Settlement;
  readonly seal?: Seal;
}

const firstRetryMs = 250;
const lastRetryMs = 15_000;
/** A receiver may ask for more patience than that, but not for any amount of it. */
const longestAskedMs = 60_000;

/** What a verified receipt settles. */
export function delivered(row: OutboxRow, receipt: Envelope, { notary }: SettlementContext): Settled {
  return { settlement: { state: "done", receipt }, seal: notary.event("delivered", factsOf(row), [receipt]) };
}

/** What an answer other than a receipt settles, by the table of the protocol: given up for a higher epoch, tried again, or blocked. */
export function refused(row: OutboxRow, error: unknown, context: SettlementContext): Settled {
  const { notary, now, random } = context;
  const last = isTasukiError(error) ? `${error.code}: ${error.message}` : String(error);
  if (isTasukiError(error) && error.code === "stale_epoch")
    return { settlement: { state: "superseded", last }, seal: notary.event("superseded", { ...factsOf(row), answer: last }) };
  if (!isTasukiError(error) || error.retryable || error.code === "attachments_missing") {
    const most = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(row.tries, 10));
    const asked = isTasukiError(error) ? Math.min((error.details.retryAfter ?? 0) * 1000, longestAskedMs) : 0;
    return { settlement: { state: "pending", last, nextAt: Math.ceil(now + Math.max(asked, most * random())) } };
  }
  const block = toBlock(row, error);
  return { settlement: { state: "blocked", last, block }, seal: blockedSeal(row, { block, code: error.code }, context) };
}

function toBlock({ to, payload, carries }: OutboxRow, error: TasukiError): Block {
  const what = carries === undefined ? `'${payload.kind}'` : "the hand-off";
  return {
    reason: `${to} refused ${what} for good: ${error.code}: ${error.message}`,
    needs: "its cause mended (the answer names it), then another try",
    owner: "operator",
    clearsWith: `tasuki retry ${payload.run}`,
    ...(error.details.unmet && { unmet: [...error.details.unmet] }),
  };
}

/** Of a result that can't be handed on, the stage is blocked, and its node signs that; main's own flow reads its refused rows. */
function blockedSeal(row: OutboxRow, { block, code }: { block: Block; code: string }, { notary, store }: SettlementContext): Seal {
  const carried = row.carries === undefined ? undefined : store.task(row.carries);
  if (carried === undefined) return notary.event("refused", { ...factsOf(row), code });
  return notary.receipt({
    run: row.run,
    stage: carried.payload.stage,
    task: carried.id,
    epoch: carried.payload.epoch,
    attempt: carried.attempt,
    state: "blocked",
    prev: carried.lastReceipt,
    reason: block.reason,
    subjects: taskSubjects(carried.payload, carried.digest),
  });
}

function factsOf({ id, to, payload: { run, stage, epoch, kind } }: OutboxRow) {
  return { run, stage, epoch, task: id, kind, to };
}
