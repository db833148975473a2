import { longestClock, sha256Of as hash } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { type FlowEvent, newFlow, step, toRunStatus } from "@tasuki/flow";
import { hasLongClocks, stateOf } from "./run-row.ts";

const run = "0197c0de-0000-7000-8000-000000000001";
const route = ["finder", "judge"];

test("a state of the first releases is read: what raised a block, the last hop, and which node refuses to archive", () => {
  const { installed: _, gone: __, ...flow } = newFlow({ profile: "plain", payload: { run, from: "ops:ada" }, brief: "b", route, now: 1 });
  const block = { reason: "it decided 'no'", needs: "a decision", owner: "operator", clearsWith: "tasuki retry" };
  const lastHop = { epoch: 1, task: run, follows: hash("produced"), at: 5 };
  const [finder, judge] = flow.stages;
  const stages = [finder, { ...judge, epoch: 1, block, blockedBy: "decision" }];
  const row = { id: run, version: 1, epoch: 1, ended: false, createdAt: 1 };
  const open = stateOf({ ...row, state: { ...flow, stages, returned: lastHop } });
  expect(open).toMatchObject({ installed: {}, gone: [], lastHop, stages: [finder, { block: { ...block, kind: "decision" } }] });
  expect(JSON.stringify(open)).not.toMatch(/blockedBy|returned/);

  const refusal = { ...block, owner: "judge" };
  const closing = stateOf({ ...row, state: { ...flow, state: "closing", bundle: hash("bundle"), block: refusal } });
  expect(toRunStatus(closing).block).toEqual(refusal);
  const receipt = {
    node: "judge",
    role: "judge",
    stage: "judge",
    state: "archived",
    instance: run,
    run,
    task: run,
    epoch: 1,
    attempt: 1,
  } as const;
  const archived: FlowEvent = {
    is: "receipt",
    receipt: { ...receipt, at: new Date(0).toISOString(), index: 0 },
    digest: hash("archived"),
    subjects: [{ name: "bundle", sha256: hash("bundle") }],
    outputs: [],
  };
  expect(toRunStatus(step(closing, archived, 10)[0]).block).toBeUndefined();
});

// guarantees: R10.upgrade
test("clocks of an earlier release that are longer than any may be are clipped when they are read, and can be told", () => {
  const flow = newFlow({ profile: "plain", payload: { run, from: "ops:ada" }, brief: "b", route, now: 1 });
  const row = { id: run, version: 1, epoch: 1, ended: false, createdAt: 1 };
  const long = { ...row, state: { ...flow, clocks: { ...flow.clocks, scheduleToClose: 2 ** 53 }, deadline: 2 ** 54 } };
  expect([hasLongClocks(long), hasLongClocks({ ...row, state: flow })]).toEqual([true, false]);
  const { clocks, wantedBy } = stateOf(long);
  expect(clocks).toEqual({ ...flow.clocks, scheduleToClose: longestClock });
  // Each had a deadline, which nobody had asked for: none blocks it now.
  expect([wantedBy, "deadline" in stateOf(long)]).toEqual([undefined, false]);
  const asked = newFlow({ profile: "plain", payload: { run, from: "ops:ada", clocks }, brief: "b", route, now: 1 });
  expect(stateOf({ ...row, state: asked })).toEqual(asked);
});
