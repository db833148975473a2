import { setTimeout as delay } from "node:timers/promises";
import type { Backoff, Logger } from "@tasuki/protocol";

/** Subscription to something that changes, such as `store.onCommit`: `wake` is called at each change, until the returned function ends that. */
export type Wakes = (wake: () => void) => () => void;

export interface LoopOptions {
  /**
   * Pass: does everything that can be done now. Returns the milliseconds until another pass is due by itself; without them, or with
   * `Infinity`, there is none before the next wake. The signal is aborted when the loop is disposed.
   */
  readonly pass: (signal: AbortSignal) => Promise<number | void> | number | void;
  /** Changes that wake the loop, from its start to its end. */
  readonly wakes?: Wakes;
  /** Wait after a pass that failed; a pass that succeeds sets the count of repetitions back. */
  readonly backoff: Backoff;
  readonly logger: Pick<Logger, "error">;
  /** Sentence of the log about a pass that failed. */
  readonly failure: string;
}

/** Loop over work that there may be again at any time. Disposing aborts the pass that is under way, and waits for its end. */
export interface Loop extends AsyncDisposable {
  /** Makes the first pass, and returns without waiting for it. Does nothing from the second time on. */
  start(): void;
  /** Asks for a pass: now, or after the one that is under way. Does nothing before the start and after the end. */
  wake(): void;
}

/** Bounds of the backoff where a node waits for something of its own, such as room on its disk, or for another node. */
export const retryBounds = { firstMs: 250, lastMs: 5_000, jitter: "half" } as const;

/** Milliseconds after which a pass is made even if none is due yet: it looks at the wall clock again, which may have been set meanwhile. */
const longestWaitMs = 60_000;

/**
 * Loop that makes one pass at a time: at the start, at each wake, when one is due by itself, and after a failure by backoff (which wakes
 * don't hasten). A wake during a pass leads to another pass, so that nothing is missed that came after the pass had looked.
 */
export function createLoop({ pass, wakes, backoff, logger, failure }: LoopOptions): Loop {
  const ended = new AbortController();
  let state: "new" | "idle" | "passing" = "new";
  let isWoken = false;
  let passing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe = (): void => undefined;

  const passes = async (): Promise<void> => {
    let repetition = 0;
    let due: number | void = undefined;
    while (isWoken && !ended.signal.aborted) {
      isWoken = false;
      try {
        due = await pass(ended.signal);
        repetition = 0;
      } catch (error) {
        repetition += 1;
        logger.error({ err: error, repetition }, failure);
        await delay(backoff(repetition), undefined, { signal: ended.signal }).catch(() => undefined);
        isWoken = true;
      }
    }
    // The state changes in the turn of the last look at `isWoken`: a wake after that look finds the loop idle.
    state = "idle";
    if (due !== undefined && Number.isFinite(due) && !ended.signal.aborted)
      // A millisecond more than is due, because timers may fire that much early.
      timer = setTimeout(wake, Math.min(Math.max(0, due) + 1, longestWaitMs));
  };
  const wake = (): void => {
    isWoken = true;
    if (state !== "idle" || ended.signal.aborted) return;
    state = "passing";
    clearTimeout(timer);
    passing = passes();
  };

  return {
    start() {
      if (ended.signal.aborted || state !== "new") return;
      state = "idle";
      unsubscribe = wakes?.(wake) ?? unsubscribe;
      wake();
    },
    wake,
    async [Symbol.asyncDispose]() {
      ended.abort(new Error("the node stops"));
      unsubscribe();
      clearTimeout(timer);
      await passing;
    },
  };
}

/**
 * Turns of a generator that follows changes: one at once, and one after each wake, until the signal. The next turn is given when the reader
 * asks for it; all wakes during a turn lead to one more.
 */
export async function* turnsOf(wakes: Wakes, signal: AbortSignal): AsyncGenerator<void, void, undefined> {
  let woken = Promise.withResolvers<void>();
  const wake = (): void => woken.resolve();
  const unsubscribe = wakes(wake);
  signal.addEventListener("abort", wake);
  try {
    while (!signal.aborted) {
      woken = Promise.withResolvers();
      yield;
      await woken.promise;
    }
  } finally {
    unsubscribe();
    signal.removeEventListener("abort", wake);
  }
}
