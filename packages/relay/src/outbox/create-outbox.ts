import type { Logger } from "@tasuki/contracts";
import { isDue, type OutboxRow, type Store } from "@tasuki/store";
import type { Notary } from "../node/notary.ts";
import { deliver, type DeliverDeps } from "./deliver.ts";
import { delivered, refused } from "./settlement-of.ts";

export interface OutboxDeps extends DeliverDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly random: () => number;
  readonly logger: Logger;
  /** Called when a row is settled for good. */
  readonly onSettled: (row: OutboxRow) => void;
}

export interface Outbox extends AsyncDisposable {
  /** Delivers what is due now and whatever comes. Returns at once. */
  start(): void;
}

interface Hold {
  /** The row whose failure holds the others back; due earlier (a nudge), it is tried, and so are they. */
  readonly row: string;
  readonly until: number;
}

const unrecordedMs = 1_000;

/**
 * Delivers the outbox: one row at a time for each destination, destinations side by side. While a destination does not answer, its
 * other rows wait with the one that found out. Wakes on each commit and when a row is due; disposing breaks off what is under way.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { store, clock, logger } = deps;
  const ended = new AbortController();
  const busy = new Map<string, Promise<void>>();
  const holds = new Map<string, Hold>();
  /** When rows that failed are due again. A row that is under way is due, too, so the store's next due time alone would hide them. */
  const retries = new Map<string, number>();
  let stopWaking = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;

  const dueFor = (to: string, due: readonly OutboxRow[]): OutboxRow | undefined => {
    const own = due.filter((row) => row.to === to);
    const hold = holds.get(to);
    if (hold === undefined || isDue(hold.until, clock.now())) return own[0];
    return own.find((row) => row.id === hold.row);
  };

  const attempt = async (row: OutboxRow): Promise<void> => {
    retries.delete(row.id);
    const context = (): Parameters<typeof delivered>[2] => ({ ...deps, now: clock.now() });
    const { settlement, seal } = await deliver(deps, row, ended.signal).then(
      (receipt) => delivered(row, receipt, context()),
      (error: unknown) => refused(row, error, context()),
    );
    // Broken off by the end of the node: that is no answer.
    if (ended.signal.aborted && settlement.state !== "done") return;
    if (settlement.state === "pending") {
      logger.info(
        { run: row.run, task: row.id, to: row.to, tries: row.tries + 1, answer: settlement.last },
        "a task could not be delivered now",
      );
      holds.set(row.to, { row: row.id, until: settlement.nextAt });
      retries.set(row.id, settlement.nextAt);
    } else holds.delete(row.to);
    if (settlement.state === "blocked")
      logger.warn({ run: row.run, task: row.id, to: row.to, answer: settlement.last }, "a task was refused for good");
    const settled = await store.settle(row.id, settlement, seal);
    if (settled && settlement.state !== "pending") deps.onSettled(row);
  };

  const drain = async (to: string): Promise<void> => {
    while (!ended.signal.aborted) {
      const row = dueFor(to, store.outbox({ dueAt: clock.now() }));
      if (row === undefined) return;
      await attempt(row);
    }
  };

  const wake = (): void => {
    try {
      if (!ended.signal.aborted) deliverDue();
    } catch (error) {
      logger.error({ err: error }, "the outbox could not be read");
    }
  };
  const deliverDue = (): void => {
    const due = store.outbox({ dueAt: clock.now() });
    for (const to of new Set(due.map((row) => row.to))) {
      if (busy.has(to) || dueFor(to, due) === undefined) continue;
      const draining = drain(to)
        .catch((error: unknown) => {
          // A disk without room, or a store that failed: nothing is gained by haste.
          holds.set(to, { row: "", until: clock.now() + unrecordedMs });
          logger.error({ to, err: error }, "what a delivery came to could not be recorded; it is delivered again");
        })
        .finally(() => {
          busy.delete(to);
          wake();
        });
      busy.set(to, draining);
    }
    setTimer();
  };

  const setTimer = (): void => {
    clearTimeout(timer);
    const now = clock.now();
    const next = store.nextDue();
    const times = [...retries.values(), ...[...holds.values()].map(({ until }) => until), ...(next === undefined ? [] : [next])];
    const wait = Math.min(...times.filter((at) => at > now).map((at) => at - now));
    if (Number.isFinite(wait)) timer = setTimeout(wake, Math.min(wait + 1, 60_000));
  };

  return {
    start() {
      stopWaking = store.onCommit(wake);
      wake();
    },
    async [Symbol.asyncDispose]() {
      ended.abort(new Error("the node stops"));
      stopWaking();
      clearTimeout(timer);
      await Promise.all(busy.values());
    },
  };
}
