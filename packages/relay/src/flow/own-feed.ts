import { setTimeout as delay } from "node:timers/promises";
import type { FeedEntry, Logger } from "@tasuki/contracts";
import type { OutboxRow, Store } from "@tasuki/store";
import type { EntryRead } from "./read-entry.ts";
import type { RunFact, RunSteps } from "./run-steps.ts";

export interface OwnFeedDeps {
  /** This node's name. */
  readonly node: string;
  readonly store: Store;
  readonly steps: RunSteps;
  readonly read: (entry: FeedEntry, feed: string) => EntryRead;
  readonly logger: Logger;
}

const entriesAtOnce = 256;
/** Before an entry that could not be applied is read again. */
const againMs = 1_000;

/**
 * Follows main's own feed, as the others' are, but from its store: what main accepted (the last hop), what its nodes answered to
 * its dispatches, and what its own consumer and outbox gave up. Dispose stops it.
 */
export function followOwnFeed({ node, store, steps, read, logger }: OwnFeedDeps): AsyncDisposable {
  const held = store.position(node);
  let next = held?.instance === store.instance ? held.next : 0;
  const ended = new AbortController();
  let reading: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (!ended.signal.aborted && next < store.feedSize()) {
      const entries = store.feed(next, entriesAtOnce);
      if (entries.length === 0) return;
      const facts = entries.flatMap((entry) =>
        read(entry, "main")
          .facts.map((fact) => blockedFact(fact, store))
          .concat(refusedFacts(entry, store)),
      );
      const until = next + entries.length;
      if (facts.length > 0) await steps.apply({ facts, along: { node, instance: store.instance, next: until } });
      // Not before: what could not be applied is read again.
      next = until;
    }
  };
  const wake = (): void => {
    let wait = 0;
    reading ??= drain()
      .catch((error: unknown) => {
        wait = againMs;
        logger.error({ err: error }, "main's own feed could not be applied; it is read again");
      })
      .then(() => (wait > 0 ? delay(wait, undefined, { signal: ended.signal }).catch(() => undefined) : undefined))
      .finally(() => {
        reading = undefined;
        if (!ended.signal.aborted && next < store.feedSize()) wake();
      });
  };
  const stop = store.onCommit(wake);
  wake();
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      stop();
      await reading;
    },
  };
}

/** Main's consumer gave up a task of its own: intake. (The closing checks are wanted by the flow, whatever became of that task.) */
function blockedFact(fact: RunFact, store: Store): RunFact {
  const { event, run } = fact;
  if (event.is !== "receipt" || event.receipt.state !== "blocked" || event.receipt.stage !== "main" || event.receipt.epoch !== 0)
    return fact;
  const block = store.task(event.receipt.task)?.block;
  // Tried again in the meantime: then there is no block any more.
  return block === undefined ? fact : { run, event: { is: "intake-blocked", block } };
}

/** An entry about a run of which a row in main's outbox was refused for good. */
function refusedFacts(entry: FeedEntry, store: Store): RunFact[] {
  const run = runOf(entry.leaf);
  if (run === undefined) return [];
  const refused = store.outbox({ run, undelivered: true }).filter(isRefused);
  if (refused.length === 0 || store.run(run)?.ended !== false) return [];
  return refused.map(({ payload, last }) => ({
    run,
    event: {
      is: "outbox-blocked",
      stage: payload.stage,
      epoch: payload.epoch,
      block: {
        reason: `${payload.to} refused main's '${payload.kind}': ${last ?? "no answer was recorded"}`,
        needs: "its cause mended (the answer names it)",
        owner: "operator",
        clearsWith: `tasuki retry ${run} --from ${payload.stage}`,
      },
    },
  }));
}

function isRefused({ state, last, payload: { kind } }: OutboxRow): boolean {
  // A nudge that is refused blocks nothing: it only asked.
  if (state === "blocked") return kind !== "nudge";
  // Mostly main has moved on itself, and the flow leaves what was of an earlier epoch. At its present epoch it means that a node was told
  // more than main remembers: its data folder is an older one (a backup).
  return (kind === "work" || kind === "close") && last?.startsWith("stale_epoch:") === true;
}

function runOf(leaf: string): string | undefined {
  const value: unknown = JSON.parse(leaf);
  return typeof value === "object" && value !== null && "run" in value && typeof value.run === "string" ? value.run : undefined;
}
