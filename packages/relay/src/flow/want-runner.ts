import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@tasuki/contracts";
import type { FlowState, FlowWant } from "./run-flow.ts";
import { wants } from "./wants.ts";

interface WantRunnerDeps {
  readonly state: (run: string) => FlowState | undefined;
  /** Does what is wanted and commits it; a rejection is tried again, later each time. */
  readonly perform: (state: FlowState, want: FlowWant, signal: AbortSignal) => Promise<void>;
  /** How many at once. */
  readonly limit: number;
  /** Milliseconds before the n-th repetition, from 1. */
  readonly backoff: (repetition: number) => number;
  readonly logger: Logger;
}

export interface WantRunner extends AsyncDisposable {
  /** Begins what the run wants and what is not under way yet. */
  wake(run: string): void;
}

const keyOf = (run: string, want: FlowWant): string => [run, want.want, "stage" in want ? want.stage : "", want.epoch].join(" ");

/** Keeps what open runs want under way: each want once, a few at a time, again until it is wanted no more. */
export function createWantRunner({ state, perform, limit, backoff, logger }: WantRunnerDeps): WantRunner {
  const ended = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  const turns: (() => void)[] = [];
  let running = 0;

  const turn = async (): Promise<void> => {
    if (running >= limit) await new Promise<void>((resolve) => turns.push(resolve));
    else running += 1;
  };
  const giveUp = (): void => {
    const next = turns.shift();
    if (next === undefined) running -= 1;
    else next(); // the place is handed over, not freed
  };
  const wanted = (run: string, key: string): FlowWant | undefined => {
    const now = ended.signal.aborted ? undefined : state(run);
    return now && wants(now).find((want) => keyOf(run, want) === key);
  };

  const attempt = async (run: string, key: string): Promise<void> => {
    await turn();
    try {
      const now = state(run);
      const want = wanted(run, key);
      if (now !== undefined && want !== undefined) await perform(now, want, ended.signal);
    } finally {
      giveUp();
    }
  };
  const persist = async (run: string, key: string): Promise<void> => {
    for (let repetition = 1; wanted(run, key) !== undefined; repetition += 1) {
      try {
        await attempt(run, key);
        if (wanted(run, key) === undefined) return;
      } catch (error) {
        if (ended.signal.aborted) return;
        logger.warn({ run, want: key, repetition, err: error }, "what a run wants failed, and will be tried again");
      }
      await delay(backoff(repetition), undefined, { signal: ended.signal }).catch(() => undefined);
    }
  };

  return {
    wake(run) {
      const now = ended.signal.aborted ? undefined : state(run);
      for (const want of now ? wants(now) : []) {
        const key = keyOf(run, want);
        if (underWay.has(key)) continue;
        underWay.set(
          key,
          persist(run, key).finally(() => underWay.delete(key)),
        );
      }
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all(underWay.values());
    },
  };
}
