import { expect, test } from "vitest";
import { createEvidenceBudget } from "./evidence-budget.ts";

const message = (digest: number, changes: { node?: string; run?: string; bytes?: number } = {}) => ({
  node: "nano",
  run: "a",
  bytes: 1_000,
  ...changes,
  digest: String(digest),
});
type About = Parameters<ReturnType<typeof createEvidenceBudget>["take"]>[1];
const heldOf = (
  budget: ReturnType<typeof createEvidenceBudget>,
  count: number,
  { files = 2_048, isOver = false, from = 0, ...changes }: Parameters<typeof message>[1] & Partial<About> & { from?: number } = {},
) =>
  Array.from({ length: count }, (_, at) => budget.take(message(from + at, changes), { files, isOver })).filter((cost) => cost !== undefined)
    .length;

// guarantees: R11.peers
test("so many messages are kept of one node about one run, and what it says again costs nothing", () => {
  const budget = createEvidenceBudget();
  expect([heldOf(budget, 1_200), heldOf(budget, 1_000)]).toEqual([1_000, 1_000]);
  expect([heldOf(budget, 1, { node: "sg" }), heldOf(budget, 1, { run: "b" })]).toEqual([1, 1]);
});

// guarantees: R11.peers
test("so many bytes are kept of one node about one run, until that is over", () => {
  const budget = createEvidenceBudget();
  expect(heldOf(budget, 100, { bytes: 1024 * 1024 })).toBe(32);
  expect(heldOf(budget, 100, { bytes: 1024 * 1024, node: "sg" })).toBe(32);
  budget.forget("a");
  expect(heldOf(budget, 1, { bytes: 1024 * 1024 })).toBe(1);
});

// guarantees: R11.peers
test("the bytes that are kept about a run grow with its files", () => {
  const budget = createEvidenceBudget();
  expect([0, 100, 2_048].map((files) => heldOf(budget, 100, { run: `of ${files}`, bytes: 1_000_000, files }))).toEqual([1, 5, 33]);
});

// guarantees: R11.peers
test("after a run's end a sixteenth of it is kept, whatever came before, also where main was started again since", () => {
  const budget = createEvidenceBudget();
  expect(heldOf(budget, 500)).toBe(500);
  expect(heldOf(budget, 500, { from: 500, isOver: true })).toBe(63);
  expect(heldOf(budget, 500, { isOver: true })).toBe(500);
  expect(heldOf(budget, 100, { node: "sg", bytes: 1024 * 1024, isOver: true })).toBe(2);
  const again = createEvidenceBudget();
  again.count(
    "a",
    Array.from({ length: 560 }, (_, at) => ({ ...message(at), isLate: at >= 500 })),
  );
  expect(heldOf(again, 500, { from: 560, isOver: true })).toBe(3);
});

test("of ended runs the messages of sixteen stay counted, those that came last; a run that is open, all the time", () => {
  const budget = createEvidenceBudget();
  const runs = Array.from({ length: 20 }, (_, at) => `run ${at}`);
  for (const run of [...runs, "open"]) budget.count(run, []);
  budget.forgetEnded(runs);
  expect(runs.filter((run) => budget.isCounted(run))).toEqual(runs.slice(4));
  budget.forgetEnded(["run 4"]);
  budget.count("another", []);
  budget.forgetEnded(["another"]);
  expect(["run 4", "run 5", "run 6", "another", "open"].filter((run) => budget.isCounted(run))).toEqual([
    "run 4",
    "run 6",
    "another",
    "open",
  ]);
});
