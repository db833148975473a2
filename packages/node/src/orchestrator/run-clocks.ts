import type { Backoff, Clock, Logger } from "@tasuki/protocol";
import { type FlowState, type PendingClock, pendingClocks } from "@tasuki/flow";
import { createLoop } from "../loop/create-loop.ts";
import type { RunFact, RunSteps } from "./run-steps.ts";

interface RunClocksDeps {
  readonly steps: RunSteps;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

export interface RunClocks extends AsyncDisposable {
  /** Arms the clocks of all open runs. Clocks of a run are armed again at each of its changes. */
  start(): void;
}

/**
 * Clocks of the runs, which main enforces. Each is armed once, for the time that is left by the wall clock, and then runs on the monotonic one:
 * setting the wall clock meanwhile neither hastens it nor holds it up. After a restart they are armed again from the stored state.
 */
export function createRunClocks({ steps, clock, backoff, logger }: RunClocksDeps): RunClocks {
  let isArmed = false;
  const armed = new Map<string, Map<string, { readonly fact: RunFact; readonly until: number }>>();

  const arm = (state: FlowState): void => {
    const before = armed.get(state.id);
    const now = new Map(
      pendingClocks(state).map((pending) => {
        const key = keyOf(pending);
        const { stage, epoch, rule, at } = pending;
        const fact: RunFact = { run: state.id, event: { is: "clock", stage, epoch, rule } };
        return [key, before?.get(key) ?? { fact, until: clock.monotonic() + at - clock.now() }];
      }),
    );
    // Before the first pass an entry without clocks says that the run has changed since.
    if (now.size > 0 || !isArmed) armed.set(state.id, now);
    else armed.delete(state.id);
  };
  const all = () => [...armed.values()].flatMap((clocks) => [...clocks.values()]);
  const fire = async (): Promise<number> => {
    // Before the first pass; a run that has changed meanwhile is armed by its newer state.
    if (!isArmed) for (const state of await steps.openRuns()) if (!armed.has(state.id)) arm(state);
    isArmed = true;
    // One reading of the clock decides which are due and which are later, so that none that runs out meanwhile is neither.
    const now = clock.monotonic();
    const facts = all().flatMap(({ fact, until }) => (until <= now ? [fact] : []));
    if (facts.length > 0) await steps.apply({ facts });
    return Math.min(...all().flatMap(({ until }) => (until > now ? [until - clock.monotonic()] : [])));
  };
  const loop = createLoop({
    pass: fire,
    wakes: (wake) =>
      steps.onChange((state) => {
        arm(state);
        wake();
      }),
    backoff,
    logger,
    failure: "clocks of runs ran out, and that could not be recorded; it is tried again",
  });
  return {
    start: () => loop.start(),
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}

function keyOf({ stage, epoch, rule }: PendingClock): string {
  return `${stage} ${epoch} ${rule}`;
}
