import { expect, test } from "vitest";
import type { FlowEvent } from "./flow-event.ts";
import type { FlowState } from "./flow-state.ts";
import { newFlow } from "./new-flow.ts";
import { step } from "./step.ts";
import { toRunStatus } from "./to-run-status.ts";

const run = "0197c0de-0000-7000-8000-000000000001";
const file = { name: "run.json", contract: "run@1", size: 1, sha256: "a".repeat(64) };
const nodes = { main: "main", nano: "nano-1", sg: "sg-1" };
const intakeDone: FlowEvent = { is: "intake-done", given: [file], sources: [], accepted: "b".repeat(64), nodes };
const begin = (): FlowState =>
  newFlow({ profile: "plain", payload: { run, from: "ops:ada" }, brief: "What?", route: ["nano", "sg"], now: 1 });
const open = (): FlowState => step(begin(), intakeDone, 10)[0];
/** The run once nano has signed that it started this attempt. */
const started = (attempt: number, state = open()): FlowState => ({
  ...state,
  stages: state.stages.map((one) => (one.stage === "nano" ? { ...one, rung: "started" as const, attempt } : one)),
});

const failed = { outcome: "failed", reason: "it threw", at: 20, attempts: 5, next: 40 };
const told = (says: Extract<FlowEvent, { is: "attempt" }>["says"], change: object = {}): FlowEvent => ({
  is: "attempt",
  node: "nano-1",
  stage: "nano",
  epoch: 1,
  attempt: 1,
  says,
  ...change,
});
const nanoOf = (state: FlowState) => toRunStatus(state).stages[0];

// guarantees: R5.told
test("the last failure is shown while attempts go on, with which of how many it was and when the next comes; it moves no rung", () => {
  const [state, effects] = step(started(1), told(failed), 30);
  expect(effects).toEqual([]);
  expect(nanoOf(state)).toMatchObject({
    rung: "started",
    failure: {
      attempt: 1,
      attempts: 5,
      outcome: "failed",
      reason: "it threw",
      at: "1970-01-01T00:00:00.020Z",
      next: "1970-01-01T00:00:00.040Z",
    },
  });
  expect(step(state, told(failed), 31)[0]).toBe(state);
  const [later] = step(started(2, state), told({ ...failed, reason: "again", at: 60 }, { attempt: 2 }), 70);
  expect(nanoOf(later)?.failure).toMatchObject({ attempt: 2, reason: "again" });
  expect(nanoOf(step(later, { is: "retry", stage: "nano", by: "ops:ada" }, 80)[0])?.failure).toBeUndefined();
});

test("an attempt is shown to be silent until it gives a sign, or another begins", () => {
  const [silent] = step(started(1), told({ silentSince: 20 }), 30);
  expect(nanoOf(silent)?.silentSince).toBe("1970-01-01T00:00:00.020Z");
  expect(nanoOf(step(silent, told("active"), 31)[0])).not.toHaveProperty("silentSince");
  const again = { ...silent, stages: silent.stages.map((one) => ({ ...one, attempt: 2 })) };
  expect(nanoOf(again)).not.toHaveProperty("silentSince");
});

test.each([
  ["another node than the run stands on", { node: "nano-2" }],
  ["another epoch", { epoch: 2 }],
  ["a role that the run has no stage of", { stage: "jp" }],
  ["a node of an attempt that it has not signed to have started", { attempt: 2 }],
])("what %s tells changes nothing", (_, change) => {
  const state = started(1);
  expect(step(state, told(failed, change), 30)[0]).toBe(state);
});

test("a failed attempt to take the run in is shown, until it is taken in", () => {
  const [state] = step(begin(), told(failed, { node: "main", stage: "main", epoch: 0 }), 30);
  expect(toRunStatus(state).failure).toMatchObject({ reason: "it threw", attempts: 5 });
  expect(toRunStatus(step(state, intakeDone, 40)[0])).not.toHaveProperty("failure");
});

// guarantees: R11.words
test("an attempt ends once, and is silent until it is active again: what is told of it besides changes nothing", () => {
  const [ended] = step(started(1), told(failed), 30);
  const [silent] = step(started(1), told({ silentSince: 20 }), 30);
  for (let at = 31; at < 1_000; at += 1) {
    expect(step(ended, told({ ...failed, reason: `it threw at ${at}`, at, next: at + 1 }), at)[0]).toBe(ended);
    expect(step(silent, told({ silentSince: at }), at)[0]).toBe(silent);
  }
});
