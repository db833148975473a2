import { randomUUIDv7 } from "node:crypto";
import { TasukiError } from "@tasuki/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { createRunClocks } from "./run-clocks.ts";
import type { FlowState, StageFlow } from "@tasuki/flow";
import type { RunSteps } from "./run-steps.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** As much of a run as its clocks look at: one stage, dispatched at 0, which has a minute to be accepted. */
function runOf(more: Partial<FlowState> = {}): FlowState {
  const stage: Partial<StageFlow> = { stage: "sg", epoch: 1, rung: "dispatched", since: 0 };
  const clocks = { scheduleToStart: 60_000, scheduleToClose: 3_600_000, startToClose: 60_000, heartbeat: 60_000 };
  return { id: randomUUIDv7(), state: "open", clocks, unreachable: [], stages: [stage as StageFlow], ...more } as FlowState;
}

type StandbyFor = Parameters<typeof createRunClocks>[0]["standbyFor"];

interface Clocked {
  readonly fired: readonly string[];
  /** Lets time go on, with as many milliseconds of a stop of the process, or of a step of the wall clock, at its end. */
  readonly pass: (ms: number, jump?: { readonly stop?: number; readonly step?: number }) => Promise<void>;
}

/** Clocks of a run, begun at a time since its dispatch. */
async function clocked(state: FlowState, begun: number, standbyFor: StandbyFor = async () => undefined): Promise<Clocked> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let [mono, wall] = [0, begun];
  const fired: string[] = [];
  const apply: RunSteps["apply"] = async ({ facts }) => {
    for (const { event } of facts) fired.push(event.is === "clock" ? event.rule : event.is);
    // What has fired does not run any more.
    listener({ ...state, state: "closing" }, state);
  };
  let listener: (now: FlowState, before: FlowState) => void = () => undefined;
  const steps: Partial<RunSteps> = {
    openRuns: async () => [state],
    state: async () => state,
    onChange: (given) => {
      listener = given;
      return () => undefined;
    },
    apply,
  };
  const clock = { now: () => wall, monotonic: () => mono };
  const clocks = createRunClocks({ steps: steps as RunSteps, standbyFor, clock, backoff: () => 1, logger: quiet });
  onTestFinished(() => clocks[Symbol.asyncDispose]());
  clocks.start();
  await vi.advanceTimersByTimeAsync(1);
  return {
    fired,
    async pass(ms, { stop = 0, step = 0 } = {}) {
      for (let left = ms; left > 0; left -= 1_000) {
        mono += 1_000;
        wall += 1_000;
        await vi.advanceTimersByTimeAsync(1_000);
      }
      mono += stop;
      wall += stop + step;
      // The loop looks again within a minute; a process that was stopped does what was due at once.
      await vi.advanceTimersByTimeAsync(stop > 0 || step !== 0 ? 61_000 : 0);
    },
  };
}

test("a clock fires when its time has come, and not before", async () => {
  const { fired, pass } = await clocked(runOf(), 0);
  await pass(59_000);
  expect(fired).toEqual([]);
  await pass(3_000);
  expect(fired).toEqual(["nudge"]);
});

// guarantees: R5.clocks
test("a clock that ran out while main was away has one grace period before it fires", async () => {
  const { fired, pass } = await clocked(runOf(), 70_000);
  await pass(4_000);
  expect(fired).toEqual([]);
  await pass(12_000);
  expect(fired[0]).toBe("scheduleToStart");
});

test("a clock that ran out while the process was stopped has one grace period", async () => {
  const { fired, pass } = await clocked(runOf(), 0);
  await pass(30_000, { stop: 3_600_000 });
  expect(fired).toEqual([]);
  await pass(16_000);
  expect(fired).toContain("nudge");
});

test("setting the wall clock neither hastens the clock of a stage nor holds it up", async () => {
  for (const step of [86_400_000, -86_400_000]) {
    const { fired, pass } = await clocked(runOf(), 0);
    await pass(30_000, { step });
    expect(fired).toEqual([]);
    await pass(32_000);
    expect(fired).toEqual(["nudge"]);
  }
});

test("a deadline goes by the wall clock, wherever that is set, and has a grace period too", async () => {
  const state = runOf({ wantedBy: 86_400_000, stages: [] });
  const { fired, pass } = await clocked(state, 0);
  await pass(5_000, { step: 86_400_000 });
  expect(fired).toEqual([]);
  await pass(16_000);
  expect(fired).toEqual(["deadline"]);
});

test("a stage whose node is lost is taken over once there is a standby, and waits for one", async () => {
  const stage: Partial<StageFlow> = { stage: "sg", epoch: 1, rung: "started", since: 0 };
  const state = runOf({ stages: [stage as StageFlow], unreachable: ["sg"], lostSince: { sg: 0 } });
  let standby: string | undefined;
  const { fired, pass } = await clocked(state, 0, async () => standby);
  await pass(90_000);
  expect(fired).toEqual([]);
  standby = "sg-2";
  await pass(16_000);
  expect(fired).toEqual(["reroute"]);
});

// guarantees: R5.bounded
test("a deadline further ahead than any timer can wait does not fire at once, and fires when it has come", async () => {
  const ahead = 40 * 86_400_000;
  const { fired, pass } = await clocked(runOf({ wantedBy: ahead, stages: [] }), 0);
  await pass(180_000);
  expect(fired).toEqual([]);
  await pass(1_000, { step: ahead });
  await pass(16_000);
  expect(fired).toEqual(["deadline"]);
});

test("a clock that ran out and could not be recorded before the end is left to the next start: no timer outlives the node", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    // As much of a run as its clocks look at.
    const stage: Partial<StageFlow> = { stage: "sg", epoch: 1, rung: "dispatched", since: 1 };
    const state: Partial<FlowState> = {
      id: randomUUIDv7(),
      state: "open",
      clocks: { scheduleToStart: 0, scheduleToClose: 60_000, startToClose: 60_000, heartbeat: 60_000 },
      unreachable: [],
      stages: [stage as StageFlow],
    };
    const recording = Promise.withResolvers<void>();
    const apply = vi.fn<RunSteps["apply"]>(() => recording.promise);
    const steps: Partial<RunSteps> = { openRuns: async () => [state as FlowState], onChange: () => () => undefined, apply };
    // `steps` has all that clocks ask of it.
    const clocks = createRunClocks({
      steps: steps as RunSteps,
      standbyFor: async () => undefined,
      clock: { now: () => 1, monotonic: () => 1 },
      backoff: () => 1,
      logger: quiet,
    });
    clocks.start();
    await vi.advanceTimersByTimeAsync(1);
    expect(apply).toHaveBeenCalledOnce();
    const ended = clocks[Symbol.asyncDispose]();
    recording.reject(new TasukiError("disk_full", "there is no room"));
    await ended;
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
