import { type Block, createBackoff, isTasukiError, shortened, type TasukiError } from "@tasuki/protocol";
import type { OutboxRow, Settlement, TaskRow } from "@tasuki/store";
import { nodeBlock } from "@tasuki/flow";
import { type Notary, type Seal, taskSubjects } from "@tasuki/evidence";
import type { Delivered } from "./deliver.ts";

export interface SettlementContext {
  readonly notary: Notary;
  readonly now: number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

interface Settled {
  readonly settlement: Settlement;
  /** Seal, made of the row of the task that the row carries. */
  readonly seal?: (carried: TaskRow | undefined) => Seal;
}

/** Milliseconds that a receiver may ask to be left alone for: more than the backoff gives it, but not any number. */
const longestAskedMs = 60_000;

/** Longest pause between two tries, milliseconds. */
const longestPauseMs = 15_000;
/** The same where the receiver lacks files that it was brought: all of them are brought again with each try. */
const longestMissingMs = 900_000;

/** Settlement of a row by a verified receipt. */
export function settlementByReceipt(row: OutboxRow, delivered: Delivered, { notary }: SettlementContext): Settled {
  const others = [delivered.receipt];
  return { settlement: { state: "done", ...delivered }, seal: () => notary.event("delivered", factsOf(row), { others }) };
}

/** Settlement of a row by any other answer, by the table of the protocol: given up for a higher epoch, tried again, or blocked. */
export function settlementByError(row: OutboxRow, error: unknown, context: SettlementContext): Settled {
  const { notary, now, random } = context;
  const last = shortened(isTasukiError(error) ? `${error.code}: ${error.message}` : String(error));
  if (isTasukiError(error) && error.code === "stale_epoch")
    return {
      settlement: { state: "superseded", last },
      seal: () => notary.event("superseded", { ...factsOf(row), code: error.code }, { text: { code: error.code, text: error.message } }),
    };
  const isMissing = isTasukiError(error) && error.code === "attachments_missing";
  if (!isTasukiError(error) || error.retryable || isMissing) {
    const backoff = createBackoff({ firstMs: 250, lastMs: isMissing ? longestMissingMs : longestPauseMs, jitter: "full", random });
    const asked = isTasukiError(error) ? Math.min((error.details.retryAfter ?? 0) * 1000, longestAskedMs) : 0;
    return { settlement: { state: "pending", last, nextAt: Math.ceil(now + Math.max(asked, backoff(row.tries + 1))) } };
  }
  const block = toBlock(row, error);
  return { settlement: { state: "blocked", last, block }, seal: blockedSeal(row, { block, code: error.code }, notary) };
}

/** Block of the task whose result a refused row carries; the store keeps it there. A row of main's own carries none: the flow blocks its run. */
function toBlock({ to, node = to, payload: { run, stage } }: OutboxRow, error: TasukiError): Block {
  const reason = `${node} refused the hand-off for good: ${error.message.replace(/\.$/, "")} (${error.code})`;
  return nodeBlock({ kind: "hand-off", run, stage, reason: shortened(reason), unmet: error.details.unmet });
}

/** Seal of a refusal. The node signs that a stage is blocked whose result can't be handed on; of main's own rows it only records the code, which the flow reads. */
function blockedSeal(row: OutboxRow, { block, code }: { block: Block; code: string }, notary: Notary): Required<Settled>["seal"] {
  return (carried) =>
    carried === undefined
      ? notary.event("refused", { ...factsOf(row), code })
      : notary.receipt({
          run: row.run,
          stage: carried.payload.stage,
          task: carried.id,
          epoch: carried.payload.epoch,
          attempt: carried.attempt,
          state: "blocked",
          prev: carried.lastReceipt,
          text: { code, text: block.reason },
          subjects: taskSubjects(carried.payload, carried.digest),
        });
}

function factsOf({ id, to, node, payload: { run, stage, epoch, kind } }: OutboxRow) {
  return { run, stage, epoch, task: id, kind, to, ...(node !== undefined && { node }) };
}
