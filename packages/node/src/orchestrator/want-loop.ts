import type { Backoff, Clock, Logger } from "@tasuki/protocol";
import { type FlowState, type FlowWant, wants } from "@tasuki/flow";
import { createLoop } from "../loop/create-loop.ts";

interface WantLoopDeps {
  readonly state: (run: string) => Promise<FlowState | undefined>;
  /** Does what is wanted and commits it; after a rejection it is tried again, later each time. */
  readonly perform: (state: FlowState, want: FlowWant, signal: AbortSignal) => Promise<void>;
  /** Number of wants that are under way at once. */
  readonly limit: number;
  readonly backoff: Backoff;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
}

/** Loop over what open runs want. Disposing aborts what is under way, and waits for it. */
export interface WantLoop extends AsyncDisposable {
  /** Begins what the run wants and what is not under way yet. */
  wake(state: FlowState): void;
}

/** Want that waits for its turn. */
interface Waiting {
  readonly run: string;
  /** Number of the attempt that it waits for, from 1. */
  readonly repetition: number;
  /** Time before which it is not attempted, by the monotonic clock. */
  readonly until: number;
}

const keyOf = (run: string, want: FlowWant): string => [run, want.want, "stage" in want ? want.stage : "", want.epoch].join(" ");

/** Loop that keeps what open runs want under way: each want once, a few at a time, again until it is wanted no more. */
export function createWantLoop({ state, perform, limit, backoff, clock, logger }: WantLoopDeps): WantLoop {
  /** Wants by key, those that wait longest first. */
  const waiting = new Map<string, Waiting>();
  const underWay = new Map<string, Promise<void>>();
  /** Wants under way that a change called for meanwhile: the end of the attempt may have looked at the run before that change. */
  const calledFor = new Set<string>();
  const wantedNow = async (run: string, key: string): Promise<readonly [FlowState, FlowWant] | undefined> => {
    const now = await state(run);
    const want = now && wants(now).find((one) => keyOf(run, one) === key);
    return now && want && [now, want];
  };

  const attempt = async (key: string, { run, repetition }: Waiting, signal: AbortSignal): Promise<void> => {
    let isWanted = true;
    calledFor.delete(key);
    try {
      const found = await wantedNow(run, key);
      if (found !== undefined) await perform(...found, signal);
      isWanted = (await wantedNow(run, key)) !== undefined;
    } catch (error) {
      if (!signal.aborted) logger.warn({ run, want: key, repetition, err: error }, "what a run wants failed, and will be tried again");
    }
    if ((isWanted || calledFor.has(key)) && !signal.aborted)
      waiting.set(key, { run, repetition: repetition + 1, until: clock.monotonic() + backoff(repetition) });
  };
  const beginDue = (signal: AbortSignal): number => {
    const now = clock.monotonic();
    for (const [key, want] of waiting) {
      if (underWay.size >= limit) break;
      if (want.until > now) continue;
      waiting.delete(key);
      const doing = attempt(key, want, signal).finally(() => {
        underWay.delete(key);
        loop.wake();
      });
      underWay.set(key, doing);
    }
    return Math.min(...[...waiting.values()].flatMap(({ until }) => (until > now ? [until - now] : [])));
  };
  const loop = createLoop({ pass: beginDue, backoff, logger, failure: "what runs want could not be begun; it is tried again" });
  loop.start();

  return {
    wake(now) {
      for (const want of wants(now)) {
        const key = keyOf(now.id, want);
        if (underWay.has(key)) calledFor.add(key);
        else if (!waiting.has(key)) waiting.set(key, { run: now.id, repetition: 1, until: clock.monotonic() });
      }
      loop.wake();
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await Promise.all(underWay.values());
    },
  };
}
