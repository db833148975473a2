import { saltedDigest } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { toAttemptFact } from "./attempt-facts.ts";

const run = "0197c0de-0000-7000-8000-000000000001";
const at = "2026-11-30T12:00:00.000Z";
const feed = { node: "sg-2", role: "sg" };
const salt = "0".repeat(32);
const text = { salt, text: "it threw", sha256: saltedDigest({ salt, text: "it threw" }) };
const told = { type: "attempt-ended", at, run, stage: "sg", epoch: 2, attempt: 1, outcome: "failed", attempts: 5, next: 1_700_000_000_000 };
const entry = (leaf: object) => ({ leaf: JSON.stringify({ ...leaf }), texts: [text] });
const about = { is: "attempt", node: "sg-2", stage: "sg", epoch: 2, attempt: 1 };

test("what a node tells of its attempts is a fact for its own stage, in its own words", () => {
  const named = { ...told, text: { code: "failed", sha256: text.sha256 } };
  const says = { outcome: "failed", reason: "it threw", at: Date.parse(at), attempts: 5, next: 1_700_000_000_000 };
  expect(toAttemptFact(entry(named), feed)).toEqual([{ run, event: { ...about, says } }]);
  const quiet = { ...told, type: "attempt-silent", since: 1_700_000_000_000 };
  expect(toAttemptFact(entry(quiet), feed)).toEqual([{ run, event: { ...about, says: { silentSince: 1_700_000_000_000 } } }]);
  expect(toAttemptFact(entry({ ...told, type: "attempt-active" }), feed)).toEqual([{ run, event: { ...about, says: "active" } }]);
});

test("a node of an earlier release says less, and a text may be gone", () => {
  const { attempts: _, next: __, ...earlier } = told;
  const says = { outcome: "failed", reason: "its text is gone", at: Date.parse(at) };
  expect(toAttemptFact({ leaf: JSON.stringify(earlier) }, feed)).toEqual([{ run, event: { ...about, says } }]);
});

test.each([
  ["of another's stage", { ...told, stage: "jp" }],
  ["of no attempt", { ...told, attempt: 0 }],
  ["at no time", { ...told, next: Number.MAX_SAFE_INTEGER }],
  ["of another type", { ...told, type: "delivered" }],
])("what is told %s counts for nothing", (_, leaf) => {
  expect(toAttemptFact(entry(leaf), feed)).toEqual([]);
});
