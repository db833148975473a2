import type { Backoff, Clock, Logger } from "@tasuki/protocol";
import { type FlowState, type PendingClock, pendingClocks, pendingDeadline } from "@tasuki/flow";
import { createLoop } from "../loop/create-loop.ts";
import type { RunFact, RunSteps } from "./run-steps.ts";

interface RunClocksDeps {
  readonly steps: RunSteps;
  /** Standby that can take a stage over; undefined where there is none now. */
  readonly standbyFor: (state: FlowState, stage: string) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

export interface RunClocks extends AsyncDisposable {
  /** Arms the clocks of all open runs. Clocks of a run are armed again at each of its changes. */
  start(): void;
}

/** Grace, milliseconds, of a clock that ran out unseen: as long as a lease, in which feeds are read again and nodes are heard. */
const graceMs = 15_000;
/** Pause, milliseconds, until a standby is looked for again where there was none. */
const standbyMs = 15_000;
/** Milliseconds by which a pass is late, or the wall clock steps against the monotonic one, where the process was stopped or a clock was set. */
const jumpMs = 5_000;

interface Armed {
  readonly fact: RunFact;
  /** Time at which it fires, by the monotonic clock. */
  readonly until: number;
  /** Time at which it runs out by the wall clock, for a deadline that a person has set. */
  readonly due?: number;
}

/**
 * Clocks of the runs, which main enforces. Each is armed once, for the time that is left by the wall clock, and then runs on the monotonic one:
 * setting the wall clock meanwhile neither hastens it nor holds it up. After a restart they are armed again from the stored state. A clock that ran
 * out while main was away, stopped or asleep has a grace period, in which main may learn that what it waited for has happened; a deadline, which a
 * person has set by the wall clock, goes by that clock again wherever that was set.
 */
export function createRunClocks({ steps, standbyFor, clock, backoff, logger }: RunClocksDeps): RunClocks {
  let isArmed = false;
  const armed = new Map<string, Map<string, Armed>>();

  const toArmed = (fact: RunFact, at: number): Armed => {
    const left = at - clock.now();
    const until = clock.monotonic() + (left < 0 ? graceMs : left);
    return fact.event.is === "deadline" ? { fact, until, due: at } : { fact, until };
  };
  const arm = (state: FlowState): void => {
    const before = armed.get(state.id);
    const pending: (readonly [string, RunFact, number])[] = pendingClocks(state).map((one) => {
      const { stage, epoch, rule, at } = one;
      return [keyOf(one), { run: state.id, event: { is: "clock", stage, epoch, rule } }, at];
    });
    const due = pendingDeadline(state);
    if (due !== undefined) pending.push([`deadline ${due}`, { run: state.id, event: { is: "deadline", due } }, due]);
    const now = new Map(pending.map(([key, fact, at]) => [key, before?.get(key) ?? toArmed(fact, at)]));
    // Before the first pass an entry without clocks says that the run has changed since.
    if (now.size > 0 || !isArmed) armed.set(state.id, now);
    else armed.delete(state.id);
  };
  const all = () => [...armed.values()].flatMap((clocks) => [...clocks.values()]);
  /** Difference of the two clocks at the last pass, and the monotonic time at which this one was due. */
  let last: { readonly offset: number; readonly next: number } | undefined;
  /** Gives what has run out unseen its grace, once this process was stopped, or a clock was set. */
  const allowForJumps = (now: number, offset: number): void => {
    const isSet = last !== undefined && Math.abs(offset - last.offset) > jumpMs;
    const wasStopped = last !== undefined && now - last.next > jumpMs;
    if (!isSet && !wasStopped) return;
    logger.warn(
      isSet ? { stepMs: Math.round(offset - (last?.offset ?? offset)) } : { lateMs: Math.round(now - (last?.next ?? now)) },
      isSet
        ? "the wall clock was set, or the machine was asleep: what runs waited for meanwhile has a grace period"
        : "the process was stopped: what runs waited for meanwhile has a grace period",
    );
    for (const clocks of armed.values())
      for (const [key, one] of clocks) {
        const until = isSet && one.due !== undefined ? one.due - offset : one.until;
        clocks.set(key, { ...one, until: until <= now ? now + graceMs : until });
      }
  };
  /** Fact of a clock as it fires; none of a stage that another node is to take over, while there is none: it is put off. */
  const withStandby = async (fact: RunFact, now: number): Promise<RunFact[]> => {
    const { run, event } = fact;
    if (event.is !== "clock" || event.rule !== "reroute") return [fact];
    const state = await steps.state(run);
    const standby = state && (await standbyFor(state, event.stage));
    if (standby !== undefined) return [{ run, event: { ...event, standby } }];
    const clocks = armed.get(run);
    for (const [key, one] of clocks ?? []) if (one.fact === fact) clocks?.set(key, { ...one, until: now + standbyMs });
    return [];
  };
  const fire = async (): Promise<number> => {
    // Before the first pass; a run that has changed meanwhile is armed by its newer state.
    if (!isArmed) for (const state of await steps.openRuns()) if (!armed.has(state.id)) arm(state);
    isArmed = true;
    // One reading of the clock decides which are due and which are later, so that none that runs out meanwhile is neither.
    const now = clock.monotonic();
    const offset = clock.now() - now;
    allowForJumps(now, offset);
    last = { offset, next: Infinity };
    const facts = (await Promise.all(all().flatMap(({ fact, until }) => (until <= now ? [withStandby(fact, now)] : [])))).flat();
    if (facts.length > 0) await steps.apply({ facts });
    const next = Math.min(...all().flatMap(({ until }) => (until > now ? [until - clock.monotonic()] : [])));
    last = { offset, next: clock.monotonic() + next };
    return next;
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
