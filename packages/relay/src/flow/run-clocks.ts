import type { Clock, Logger } from "@tasuki/contracts";
import type { FlowState } from "./run-flow.ts";
import type { RunFact, RunSteps } from "./run-steps.ts";
import { type PendingClock, pendingClocks } from "./step-clock.ts";

interface RunClocksDeps {
  readonly steps: RunSteps;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunClocks extends AsyncDisposable {
  /** Arms the clocks of the runs that are open; those of others are armed as they change. */
  start(): void;
}

const longestWaitMs = 60_000;
const againMs = 1_000;

/**
 * The clocks that main enforces. Each is armed once, at the time that is left by the wall clock, and then runs on the monotonic one: what
 * the wall clock does meanwhile neither hastens nor holds it up. After a restart they are armed again from what is stored.
 */
export function startRunClocks({ steps, clock, logger }: RunClocksDeps): RunClocks {
  const armed = new Map<string, Map<string, { readonly fact: RunFact; readonly until: number }>>();
  let timer: NodeJS.Timeout | undefined;
  let firing: Promise<void> | undefined;
  let isEnded = false;

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
    if (now.size > 0) armed.set(state.id, now);
    else armed.delete(state.id);
  };
  const setTimer = (): void => {
    clearTimeout(timer);
    const next = Math.min(...[...armed.values()].flatMap((clocks) => [...clocks.values()].map(({ until }) => until)));
    if (isEnded || !Number.isFinite(next)) return;
    timer = setTimeout(fire, Math.min(longestWaitMs, Math.max(0, next - clock.monotonic()) + 1));
  };
  const fire = (): void => {
    const facts = [...armed.values()].flatMap((clocks) =>
      [...clocks.values()].flatMap(({ fact, until }) => (until <= clock.monotonic() ? [fact] : [])),
    );
    if (facts.length === 0) return setTimer();
    firing ??= steps
      .apply({ facts })
      .catch((error: unknown) => {
        logger.error({ err: error }, "clocks of runs ran out, and that could not be recorded; it is tried again");
        if (!isEnded) timer = setTimeout(fire, againMs);
      })
      .finally(() => (firing = undefined));
  };
  const stop = steps.onChange((state) => {
    arm(state);
    setTimer();
  });
  return {
    start() {
      steps.openRuns().forEach(arm);
      setTimer();
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      stop();
      clearTimeout(timer);
      await firing;
    },
  };
}

function keyOf({ stage, epoch, rule }: PendingClock): string {
  return `${stage} ${epoch} ${rule}`;
}
