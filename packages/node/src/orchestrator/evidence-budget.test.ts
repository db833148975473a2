import { expect, test } from "vitest";
import { createEvidenceBudget } from "./evidence-budget.ts";

const message = (digest: number, changes: { node?: string; run?: string; bytes?: number } = {}) => ({
  node: "nano",
  run: "a",
  bytes: 1_000,
  ...changes,
  digest: String(digest),
});
const heldOf = (
  budget: ReturnType<typeof createEvidenceBudget>,
  count: number,
  { files = 2_048, ...changes }: Parameters<typeof message>[1] & { files?: number } = {},
) => Array.from({ length: count }, (_, at) => budget.holds(message(at, changes), files)).filter(Boolean).length;

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
