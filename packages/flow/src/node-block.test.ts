import { outcomes } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { nodeBlock } from "./node-block.ts";

const run = "0197c0de-0000-7000-8000-000000000001";
const raised = (outcome: string) => nodeBlock({ kind: "node", run, stage: "sg", reason: "no", outcome });

// guarantees: R7.typed
test.each([
  [
    "stalled",
    /^signs of work in time, .*executor\.silenceMs in its node's config\.jsonc, of a command; 'heartbeat' in the clocks of another run/,
  ],
  ["timed-out", /'startToClose' in the clocks of another run, and executor\.timeoutMs in its node's config\.jsonc where that is set/],
  ["misconfigured", /the executor in the node's config\.jsonc, or the app's work\.ts; then the node started again, and a retry/],
  ["contract-violation", /mend the executor, then retry/],
  ["no-output", /writes the files of the stage to out\//],
  ["output-limit", /writes less/],
  ["failed", /the reason names it/],
  ["of a later release", /the reason names it/],
])("an attempt that was %s needs what can help, by the knob that sets it", (outcome, needs) => {
  expect(raised(outcome)).toMatchObject({
    owner: "operator",
    needs: expect.stringMatching(needs),
    clearsWith: `tasuki retry ${run} --from sg`,
  });
});

test("no outcome that blocks asks for longer clocks but the one that ran out of time", () => {
  const asking = Object.entries(outcomes).filter(([outcome, { good }]) => !good && /startToClose|timeoutMs/.test(raised(outcome).needs));
  expect(asking.map(([outcome]) => outcome)).toEqual(["timed-out"]);
});

test("a question is cleared by an answer, and a hand-off that was refused by a retry that begins where it must", () => {
  expect(nodeBlock({ kind: "question", run, stage: "sg", reason: "which?", outcome: "needs-human" })).toMatchObject({
    needs: "an answer",
    clearsWith: `tasuki answer ${run} "TEXT"`,
  });
  expect(nodeBlock({ kind: "hand-off", run, stage: "sg", reason: "no" })).toMatchObject({ clearsWith: `tasuki retry ${run}` });
});
