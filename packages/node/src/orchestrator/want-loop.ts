import type { Backoff, Clock, Logger } from "@tasuki/protocol";
import { type FlowState, type FlowWant, wants } from "@tasuki/flow";
import { createLoop } from "../loop/create-loop.ts";

interface WantLoopDeps {
  readonly state: (run: string) => Promise<FlowState | undefined>;
  /** Does what is wanted and commits it; after a rejection it is tried again, later each time. */
  readonly perform: (state: FlowState, want: FlowWant, signal: AbortSignal) => Promise<void>;
  /** Commits that what is wanted is not to be had: called after as many failures that are results as there may be. */
  readonly giveUp: (state: FlowState, want: FlowWant, error: unknown) => Promise<void>;
  /** True for a failure that is a result: a wrong answer, or a check that ends without one. Silence is none, however long it lasts. */
  readonly isResult: (want: FlowWant, error: unknown) => boolean;
  /** Place that a want takes while it is under way, and how many of those there are; a want waits only for others of the same place. */
  readonly placeOf: (state: FlowState, want: FlowWant) => { readonly place: string; readonly limit: number };
  /** Longest attempt, milliseconds. */
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
  /** Logger of what comes of a want: that of the node whose answers it depends on. */
  readonly loggerOf: (state: FlowState, want: FlowWant) => Logger;
}

/** Loop over what open runs want. Disposing aborts what is under way, and waits for it. */
export interface WantLoop extends AsyncDisposable {
  /** Begins what the run wants and what is not under way yet, and ends what it wants no more. */
  wake(state: FlowState): void;
}

/** Want that waits for its turn. */
interface Waiting {
  readonly run: string;
  readonly place: string;
  readonly limit: number;
  /** Number of the attempt that it waits for, from 1. */
  readonly repetition: number;
  /** Number of the attempts so far whose failure was a result. */
  readonly results: number;
  /** Time before which it is not attempted, by the monotonic clock. */
  readonly until: number;
}

interface Signals {
  /** Aborted at the end of the loop. */
  readonly ended: AbortSignal;
  /** Aborted when the run wants it no more. */
  readonly ending: AbortSignal;
}

interface UnderWay {
  readonly run: string;
  readonly place: string;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

/** Failures that are results after which a want is given up. */
const resultsAtMost = 3;

const keyOf = (run: string, want: FlowWant): string => [run, want.want, "stage" in want ? want.stage : "", want.epoch].join(" ");

/**
 * Loop that keeps what open runs want under way: each want once, a few of each place at a time, each under a deadline, again until it is wanted no
 * more or given up.
 */
export function createWantLoop(deps: WantLoopDeps): WantLoop {
  const { state, perform, giveUp, isResult, placeOf, deadlineMs, backoff, clock, logger, loggerOf } = deps;
  /** Wants by key, those that wait longest first. */
  const waiting = new Map<string, Waiting>();
  const underWay = new Map<string, UnderWay>();
  /** Wants under way that a change called for meanwhile: the end of the attempt may have looked at the run before that change. */
  const calledFor = new Set<string>();
  const wantedNow = async (run: string, key: string): Promise<readonly [FlowState, FlowWant] | undefined> => {
    const now = await state(run);
    const want = now && wants(now).find((one) => keyOf(run, one) === key);
    return now && want && [now, want];
  };

  const attempt = async (key: string, before: Waiting, { ended, ending }: Signals): Promise<void> => {
    const { run, repetition } = before;
    let { results } = before;
    let isWanted = true;
    let own = logger;
    calledFor.delete(key);
    try {
      const found = await wantedNow(run, key);
      if (found !== undefined) own = loggerOf(...found);
      if (found !== undefined)
        await perform(...found, AbortSignal.any([ended, ending, AbortSignal.timeout(deadlineMs)])).catch(async (error: unknown) => {
          if (!ended.aborted && !ending.aborted && isResult(found[1], error) && (results += 1) >= resultsAtMost)
            await giveUp(...found, error);
          throw error;
        });
      isWanted = (await wantedNow(run, key)) !== undefined;
    } catch (error) {
      if (ending.aborted) isWanted = false;
      else if (!ended.aborted)
        own.warn({ run, want: key, repetition, results, err: error }, "what a run wants failed, and will be tried again");
    }
    if ((isWanted || calledFor.has(key)) && !ended.aborted)
      waiting.set(key, { ...before, repetition: repetition + 1, results, until: clock.monotonic() + backoff(repetition) });
  };
  const beginDue = (ended: AbortSignal): number => {
    const now = clock.monotonic();
    const taken = new Map<string, number>();
    for (const { place } of underWay.values()) taken.set(place, (taken.get(place) ?? 0) + 1);
    for (const [key, want] of waiting) {
      const { run, place, limit, until } = want;
      const others = taken.get(place) ?? 0;
      if (until > now || others >= limit) continue;
      taken.set(place, others + 1);
      waiting.delete(key);
      const ending = new AbortController();
      const done = attempt(key, want, { ended, ending: ending.signal }).finally(() => {
        underWay.delete(key);
        loop.wake();
      });
      underWay.set(key, { run, place, ending, done });
    }
    return Math.min(...[...waiting.values()].flatMap(({ until }) => (until > now ? [until - now] : [])));
  };
  const loop = createLoop({ pass: beginDue, backoff, logger, failure: "what runs want could not be begun; it is tried again" });
  loop.start();

  return {
    wake(now) {
      const wanted = new Map(wants(now).map((want) => [keyOf(now.id, want), want]));
      for (const [key, { run, ending }] of underWay)
        if (run === now.id && !wanted.has(key)) ending.abort(new Error("the run wants it no more"));
      for (const [key, want] of wanted) {
        if (underWay.has(key)) calledFor.add(key);
        else if (!waiting.has(key))
          waiting.set(key, { run: now.id, ...placeOf(now, want), repetition: 1, results: 0, until: clock.monotonic() });
      }
      loop.wake();
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
