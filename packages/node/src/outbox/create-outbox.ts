import { createBackoff, type Logger } from "@tasuki/protocol";
import { isDue, type OutboxRow, type Store } from "@tasuki/store";
import type { Notary } from "@tasuki/evidence";
import { createLoop, retryBounds } from "../loop/create-loop.ts";
import { deliver, type DeliverDeps } from "./deliver.ts";
import { settlementByReceipt, settlementByError } from "./settlement.ts";

export interface OutboxDeps extends DeliverDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly random: () => number;
  readonly logger: Logger;
  /** Called when a row is settled for good. */
  readonly onSettled: (row: OutboxRow) => void;
}

export interface Outbox extends AsyncDisposable {
  /** Starts to deliver. Returns at once. */
  start(): void;
}

/** Hold on a destination that does not answer. */
interface Hold {
  /** Id of the row whose failure holds the others back. A nudge may make it due earlier; it is tried then, and so are they. */
  readonly row: string;
  readonly until: number;
}

/** Milliseconds before the next try where a settlement could not be recorded. */
const unrecordedMs = 1_000;

/**
 * Outbox of a node: delivers one row at a time to each destination, and to all destinations side by side. While one does not answer, its other
 * rows wait with the row that found out. Disposing breaks off the deliveries that are under way.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { store, nodeFor, clock, random, logger } = deps;
  const busy = new Map<string, Promise<void>>();
  const holds = new Map<string, Hold>();
  /** Times at which rows that failed are due again. The store's next due time alone hides them: a row that is under way is due, too. */
  const retries = new Map<string, number>();

  const dueFor = (node: string, due: readonly OutboxRow[]): OutboxRow | undefined => {
    const own = due.filter((row) => nodeFor(row) === node);
    const hold = holds.get(node);
    if (hold === undefined || isDue(hold.until, clock.now())) return own[0];
    return own.find((row) => row.id === hold.row);
  };

  const attempt = async (row: OutboxRow, signal: AbortSignal): Promise<void> => {
    retries.delete(row.id);
    const context = (): Parameters<typeof settlementByReceipt>[2] => ({ ...deps, now: clock.now() });
    const { settlement, seal } = await deliver(deps, row, signal).then(
      (delivered) => settlementByReceipt(row, delivered, context()),
      (error: unknown) => settlementByError(row, error, context()),
    );
    // A delivery that the end of the node breaks off has no answer.
    if (signal.aborted && settlement.state !== "done") return;
    if (settlement.state === "pending") {
      logger.info(
        { run: row.run, task: row.id, to: row.to, tries: row.tries + 1, answer: settlement.last },
        "a task could not be delivered now",
      );
      holds.set(nodeFor(row), { row: row.id, until: settlement.nextAt });
      retries.set(row.id, settlement.nextAt);
    } else holds.delete(nodeFor(row));
    if (settlement.state === "blocked")
      logger.warn({ run: row.run, task: row.id, to: row.to, answer: settlement.last }, "a task was refused for good");
    const settled = await store.settle(row.id, settlement, seal);
    if (settled && settlement.state !== "pending") deps.onSettled(row);
  };

  const drain = async (node: string, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const row = dueFor(node, (await store.dueOutbox(clock.now())).rows);
      if (row === undefined) return;
      await attempt(row, signal);
    }
  };

  const deliverDue = async (signal: AbortSignal): Promise<number> => {
    const now = clock.now();
    const { rows, next } = await store.dueOutbox(now);
    for (const node of new Set(rows.map(nodeFor))) {
      if (signal.aborted || busy.has(node) || dueFor(node, rows) === undefined) continue;
      const draining = drain(node, signal)
        .catch((error: unknown) => {
          // Haste gains nothing where a disk has no room, or the store has failed.
          holds.set(node, { row: "", until: clock.now() + unrecordedMs });
          logger.error({ to: node, err: error }, "what a delivery came to could not be recorded; it is delivered again");
        })
        .finally(() => {
          busy.delete(node);
          loop.wake();
        });
      busy.set(node, draining);
    }
    // Milliseconds until something is due that was not due yet at `now`.
    const times = [...retries.values(), ...[...holds.values()].map(({ until }) => until), ...(next === undefined ? [] : [next])];
    return Math.min(...times.filter((at) => at > now).map((at) => at - clock.now()));
  };

  const loop = createLoop({
    pass: deliverDue,
    wakes: (wake) => store.onCommit([{ topic: "outbox" }], wake),
    backoff: createBackoff({ ...retryBounds, random }),
    logger,
    failure: "the outbox could not be read; it is read again",
  });
  return {
    start: () => loop.start(),
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await Promise.all(busy.values());
    },
  };
}
