import { expect, test } from "vitest";
import { createStyle } from "../render/style.ts";
import { toNodeList, toPolicyLines } from "./nodes.ts";

const policy = { sha256: "a".repeat(64), current: true, drift: [] };

test("nodes as a table", () => {
  const node = { node: "nano-2", role: "nano", url: "http://127.0.0.1:18101", reachable: false, seenAt: 1_000 };
  const skewed = (ms: number, isSuspect: boolean) => ({ ...node, reachable: true, skew: { ms, within: 20, isSuspect } });
  const nodes = [node, skewed(-12, false), skewed(1_500, false), skewed(-42_000, true)];
  expect(
    `\n${toNodeList(nodes, { now: 4_000, style: createStyle(false) })
      .map(({ shown }) => shown)
      .join("\n")}\n`,
  ).toBe(`
NODE    ROLE  STATE        CLOCK                  URL                     EXECUTOR  STORE  VERSION  LAST HEALTH
nano-2  nano  unreachable                         http://127.0.0.1:18101                            3 s ago
nano-2  nano  connected    agrees                 http://127.0.0.1:18101                            3 s ago
nano-2  nano  connected    +1.50 s                http://127.0.0.1:18101                            3 s ago
nano-2  nano  connected    clock-suspect -42.0 s  http://127.0.0.1:18101                            3 s ago
`);
});

test("nodes with one policy need no word", () => {
  expect(toPolicyLines([])).toEqual([]);
  expect(toPolicyLines(["main", "nano", "sg"].map((role) => ({ role, policy })))).toEqual([]);
});

test("another file, a stale file, and a network that grants otherwise are each said, with what to do", () => {
  expect(
    toPolicyLines([
      { role: "main", policy },
      { role: "nano", policy: { ...policy, sha256: "b".repeat(64), current: false } },
      { role: "sg", policy: { ...policy, drift: ["node:nano", "ops:ann@example.com"] } },
    ]),
  ).toEqual([
    "nano has another policy file than main (bbbbbbbbbbbb, not aaaaaaaaaaaa): give all nodes the same one",
    "the policy file of nano is not what its program's pipeline gives: 'pnpm tasuki acl check' says where they differ",
    "the network grants node:nano, ops:ann@example.com other things on sg than its policy file: merge 'pnpm tasuki acl print' into the tailnet's policy",
  ]);
});

test("a node whose network has not heard of changes is said, with since when", () => {
  expect(toPolicyLines([{ role: "sg", policy: { ...policy, unheardSince: "2026-11-24T16:00:00.000Z" } }])).toEqual([
    "sg's machine has heard nothing of the tailnet's control server since 2026-11-24T16:00:00.000Z: what was revoked since still works there",
  ]);
});
