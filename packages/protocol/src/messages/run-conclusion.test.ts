import { expect, test } from "vitest";
import { RunStatus, type StageStatus } from "./answers.ts";
import { BlockKind } from "./block.ts";
import { blocksOf, conclusionOf, hasEnded, pastBlocksOf } from "./run-conclusion.ts";

const block = { reason: "sg is away", needs: "sg", owner: "sg", clearsWith: "its receipt" };
const stage: StageStatus = { stage: "sg", epoch: 1, rung: "started", condition: "running", attempt: 1, times: {}, outputs: [] };
function statusOf(more: Partial<RunStatus>): RunStatus {
  const times = { createdAt: "2026-11-24T12:00:00.000Z" };
  const rest = { epoch: 1, profile: "cited", brief: "What?", stages: [stage], sources: [], awaits: [] };
  return { id: "01a20ed8-8597-756e-8e5f-b0ba1c5c733f", state: "open", ...times, ...rest, ...more };
}
const atStage = (more: Partial<StageStatus>) => statusOf({ stages: [{ ...stage, ...more }] });

test.each(["closed", "failed", "cancelled"] as const)("a run that is %s has ended so, whatever blocks it had", (state) => {
  const status = statusOf({ state, block: { ...block, kind: "intake" } });
  expect([conclusionOf(status), hasEnded(status)]).toEqual([state, true]);
  expect([blocksOf(status), pastBlocksOf(status).length]).toEqual([[], 1]);
});

test("a run that is being cancelled goes on by itself, whatever blocks its stages had; one that is paused does not", () => {
  const status = { ...atStage({ condition: "fenced", block: { ...block, kind: "node" } }), state: "cancelling" as const };
  expect([conclusionOf(status), hasEnded(status), blocksOf(status), pastBlocksOf(status).length]).toEqual([undefined, false, [], 1]);
  expect(conclusionOf(statusOf({ paused: { by: "ops:ada", at: "2026-11-24T12:00:00.000Z" } }))).toBe("needs-human");
});

// guarantees: R5.concluded
test.each(BlockKind.options.map((kind) => [kind, kind === "unseen" || kind === "scheduleToStart"] as const))(
  "a block of the kind %s is cleared by a fact: %s",
  (kind, isFact) => {
    const conclusion = isFact ? undefined : "needs-human";
    const said = { ...block, kind };
    expect(conclusionOf(statusOf({ block: said }))).toBe(conclusion);
    expect(conclusionOf(atStage({ condition: isFact ? "waiting" : "blocked", block: said }))).toBe(conclusion);
    expect(blocksOf(statusOf({ block: said }))).toEqual([{ where: "main", block: said, needsHuman: !isFact }]);
  },
);

// It has no kind; a later release's kind, which is not known here, is read as none.
test.each([
  ["needs a person where its owner is the operator", statusOf({ block: { ...block, owner: "operator" } }), "needs-human"],
  ["goes on by itself where a role is", statusOf({ block }), undefined],
  ["needs a person while it closes", statusOf({ state: "closing", block }), "needs-human"],
  ["needs a person where its stage is blocked", atStage({ condition: "blocked", block }), "needs-human"],
  ["goes on by itself where its stage is late", atStage({ condition: "unreachable", block }), undefined],
] as const)("a run that an earlier release has blocked %s", (_, status, conclusion) => {
  expect(conclusionOf(status)).toBe(conclusion);
});

test("a run goes on by itself while its nodes work, fail and are begun again, or do not answer", () => {
  const failure = { attempt: 1, outcome: "needs-human", reason: "no", at: "2026-11-24T12:00:00.000Z" };
  expect(conclusionOf(statusOf({ failure }))).toBeUndefined();
  expect(conclusionOf(atStage({ failure, condition: "unreachable" }))).toBeUndefined();
  expect(conclusionOf(statusOf({ state: "closing", awaits: ["sg"], unreachable: ["sg"] }))).toBeUndefined();
});

test("what main says is taken; a word of a later main, and none of an earlier one, is made up for by the blocks", () => {
  const blocked = atStage({ condition: "blocked", block: { ...block, kind: "question" } });
  expect(conclusionOf(RunStatus.parse({ ...statusOf({}), conclusion: "needs-human" }))).toBe("needs-human");
  for (const word of [undefined, "weather"]) expect(conclusionOf(RunStatus.parse({ ...blocked, conclusion: word }))).toBe("needs-human");
});
