import type { Block } from "@tasuki/protocol";
import { type FlowState, newFlow } from "@tasuki/flow";
import { expect, test } from "vitest";
import { logRun } from "./log-run.ts";

const run = "0197c0de-0000-7000-8000-000000000001";
const first = newFlow({ profile: "plain", payload: { run, from: "ops:ada" }, brief: "What?", route: ["nano", "sg"], now: 1 });
const file = { name: "run.json", contract: "run@1", size: 1, sha256: "a".repeat(64) };
const [nano, sg] = first.stages;
if (nano === undefined || sg === undefined) throw new Error("the route has two stages");
const open: FlowState = {
  ...first,
  epoch: 1,
  given: [file],
  sources: [{ name: "S1.md", label: "a" }],
  stages: [
    { ...nano, epoch: 1 },
    { ...sg, epoch: 1 },
  ],
};
const withNano = (change: Partial<typeof nano>): FlowState => ({
  ...open,
  stages: [
    { ...nano, epoch: 1, ...change },
    { ...sg, epoch: 1 },
  ],
});
const block: Block = {
  kind: "node",
  reason: "nano says: no",
  needs: "it mended",
  owner: "operator",
  clearsWith: `tasuki retry ${run} --from nano`,
};
const failure = { attempt: 1, attempts: 5, outcome: "failed", reason: "it threw", at: 5, next: 9 };

function logged(before: FlowState, after: FlowState): string[] {
  const lines: string[] = [];
  const loggerOf = (peer: string) => {
    const log = (level: string) => (fields: object, message: string) =>
      void lines.push(`${peer}${level} ${message} ${JSON.stringify(fields)}`);
    return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  };
  logRun({ main: loggerOf(""), ofStage: (stage) => loggerOf(`${stage}: `) }, before, after);
  return lines;
}

test("main's log tells each run: that it is taken in, its rungs and its end; the failures and blocks of a stage are said for its node", () => {
  const ids = `"run":"${run}"`;
  expect(logged(first, open)).toEqual([`info a run is taken in {${ids},"sources":1,"unreadable":0,"nodes":{}}`]);
  expect(logged(open, withNano({ rung: "started", attempt: 1 }))).toEqual([
    `info a stage has reached a rung {${ids},"stage":"nano","epoch":1,"rung":"started","attempt":1}`,
  ]);
  expect(logged(open, withNano({ failure }))).toEqual([
    expect.stringMatching(/^nano: warn an attempt of a stage failed; another follows .*"attempts":5.*it threw/),
  ]);
  expect(logged(open, withNano({ block }))).toEqual([
    expect.stringMatching(/^nano: warn a run is blocked .*"block":"node","reason":"nano says: no","clearsWith"/),
  ]);
  expect(logged(withNano({ block }), open)).toEqual([expect.stringContaining("nano: info a block is cleared")]);
  expect(logged(open, { ...open, state: "closing", bundle: "b".repeat(64) })).toEqual([
    expect.stringContaining("its nodes are asked to archive it"),
  ]);
  expect(logged(open, { ...open, state: "cancelled", endedAt: 41 })).toEqual([`info a run has ended {${ids},"state":"cancelled","ms":40}`]);
  expect(logged(open, open)).toEqual([]);
});

test("a run of which no document can be read is warned of", () => {
  const unread = { ...open, sources: [{ name: "S1.pdf", label: "a", unreadable: "it has no text" }] };
  expect(logged(first, unread)).toContainEqual(expect.stringMatching(/^warn a run has no document that can be read/));
});
