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
  /** Rows whose failures hold the others back. A nudge may make one due earlier; it is tried then, and with it the others. */
  readonly rows: ReadonlySet<string>;
  readonly until: number;
}

/** Delivery that is under way. */
interface UnderWay {
  readonly node: string;
  readonly run: string;
  readonly done: Promise<void>;
}

/** Rows that are under way to one destination at once, each with its files. */
const atOnce = 4;
/** Milliseconds before the next try where a settlement could not be recorded. */
const unrecordedMs = 1_000;

/**
 * Outbox of a node: delivers to all destinations side by side, and to each of them a few rows at a time, first due first. Rows of one run go to a
 * destination one after the other, each when the one before it is settled: a cancel never overtakes the task on its way. While a destination does not
 * answer, one row at a time tries it, and the others wait with those that found out. Disposing breaks off the deliveries that are under way.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { store, nodeFor, clock, random, logger } = deps;
  /** Deliveries by the ids of their rows. */
  const underWay = new Map<string, UnderWay>();
  const holds = new Map<string, Hold>();
  /** Times at which rows that failed are due again. The store's next due time alone hides them: a row that is under way is due, too. */
  const retries = new Map<string, number>();

  /** True for a row that may be sent beside those that are under way. */
  const mayBegin = ({ id, run }: OutboxRow, node: string): boolean => {
    const hold = holds.get(node);
    const beside = [...underWay.values()].filter((one) => one.node === node);
    if (beside.some((one) => one.run === run)) return false;
    if (hold === undefined) return beside.length < atOnce;
    return beside.length === 0 && (isDue(hold.until, clock.now()) || hold.rows.has(id));
  };

  const attempt = async (row: OutboxRow, { signal, onDelivered }: { signal: AbortSignal; onDelivered: () => void }): Promise<void> => {
    retries.delete(row.id);
    const context = (): Parameters<typeof settlementByReceipt>[2] => ({ ...deps, now: clock.now() });
    const { settlement, seal } = await deliver(deps, row, signal).then(
      (delivered) => settlementByReceipt(row, delivered, context()),
      (error: unknown) => settlementByError(row, error, context()),
    );
    // A delivery that the end of the node breaks off has no answer.
    if (signal.aborted && settlement.state !== "done") return;
    const node = nodeFor(row);
    if (settlement.state === "pending") {
      logger.info(
        { run: row.run, task: row.id, to: row.to, tries: row.tries + 1, answer: settlement.last },
        "a task could not be delivered now",
      );
      holds.set(node, { rows: new Set([...(holds.get(node)?.rows ?? []), row.id]), until: settlement.nextAt });
      retries.set(row.id, settlement.nextAt);
    } else holds.delete(node);
    if (settlement.state === "blocked")
      logger.warn({ run: row.run, task: row.id, to: row.to, answer: settlement.last }, "a task was refused for good");
    const settling = store.settle(row.id, settlement, seal);
    if (settlement.state === "done") onDelivered();
    const settled = await settling;
    if (settled && settlement.state !== "pending") deps.onSettled(row);
  };

  const begin = (row: OutboxRow, node: string, signal: AbortSignal): void => {
    // The store may keep a delivery with its next commit, and keeps it when it is closed at the latest: the end of the outbox waits for no such thing.
    const { promise: delivered, resolve: onDelivered } = Promise.withResolvers<void>();
    const done = attempt(row, { signal, onDelivered })
      .catch((error: unknown) => {
        // Haste gains nothing where a disk has no room, or the store has failed.
        holds.set(node, { rows: new Set(), until: clock.now() + unrecordedMs });
        logger.error({ to: node, err: error }, "what a delivery came to could not be recorded; it is delivered again");
      })
      .finally(() => {
        underWay.delete(row.id);
        loop.wake();
      });
    underWay.set(row.id, { node, run: row.run, done: Promise.race([done, delivered]) });
  };

  const deliverDue = async (signal: AbortSignal): Promise<number> => {
    const now = clock.now();
    // A row that is settled while the rows are read may still be among them.
    const before = new Set(underWay.keys());
    const { rows, next } = await store.dueOutbox(now);
    for (const row of rows) {
      const node = nodeFor(row);
      if (!signal.aborted && !before.has(row.id) && mayBegin(row, node)) begin(row, node, signal);
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
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
