import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "@tasuki/protocol";
import type { RunFact } from "./run-steps.ts";

/** Milliseconds from one word on silence to the next. Honest nodes tell of it after many seconds. */
const everyMs = 1_000;

/**
 * Pace of what one node tells of the silence of its attempts. Nobody signs that, and it changes with each sign of work: of the facts that are read at
 * once the last of each run is taken, and those of a second in which another was taken wait, with the feed, for its end.
 */
export type SilencePace = (facts: readonly RunFact[], signal: AbortSignal) => Promise<readonly RunFact[]>;

export function createSilencePace(clock: Pick<Clock, "monotonic">): SilencePace {
  let taken = -Infinity;
  return async (facts, signal) => {
    const last = new Map(facts.filter(isOfSilence).map((fact) => [fact.run, fact]));
    if (last.size === 0) return facts;
    const left = taken + everyMs - clock.monotonic();
    if (left > 0) await delay(left, undefined, { signal }).catch(() => undefined);
    taken = clock.monotonic();
    return facts.filter((fact) => !isOfSilence(fact) || last.get(fact.run) === fact);
  };
}

function isOfSilence({ event }: RunFact): boolean {
  return event.is === "attempt" && (event.says === "active" || "silentSince" in event.says);
}
