import { expect, test } from "vitest";
import { createEvidenceBudget } from "./evidence-budget.ts";

const message = (digest: number, changes: { node?: string; run?: string; bytes?: number } = {}) => ({
  node: "nano",
  run: "a",
  bytes: 1_000,
  ...changes,
  digest: String(digest),
});
const heldOf = (budget: ReturnType<typeof createEvidenceBudget>, count: number, changes: Parameters<typeof message>[1] = {}) =>
  Array.from({ length: count }, (_, at) => budget.holds(message(at, changes))).filter(Boolean).length;

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
