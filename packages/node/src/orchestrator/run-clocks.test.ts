import { randomUUIDv7 } from "node:crypto";
import { TasukiError } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import { createRunClocks } from "./run-clocks.ts";
import type { FlowState, StageFlow } from "@tasuki/flow";
import type { RunSteps } from "./run-steps.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test("a clock that ran out and could not be recorded before the end is left to the next start: no timer outlives the node", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    // As much of a run as its clocks look at.
    const stage: Partial<StageFlow> = { stage: "sg", epoch: 1, rung: "dispatched", since: 0 };
    const state: Partial<FlowState> = {
      id: randomUUIDv7(),
      state: "open",
      clocks: { scheduleToStart: 0, scheduleToClose: 60_000, startToClose: 60_000, heartbeat: 60_000 },
      stages: [stage as StageFlow],
    };
    const recording = Promise.withResolvers<void>();
    const apply = vi.fn<RunSteps["apply"]>(() => recording.promise);
    const steps: Partial<RunSteps> = { openRuns: async () => [state as FlowState], onChange: () => () => undefined, apply };
    // `steps` has all that clocks ask of it.
    const clocks = createRunClocks({
      steps: steps as RunSteps,
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
