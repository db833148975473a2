import { randomUUIDv7 } from "node:crypto";
import type { Health } from "@tasuki/protocol";
import { assert, property, subarray, uuid } from "fast-check";
import { expect, test } from "vitest";
import { smallPipeline as pipeline } from "../testing/small-pipeline.ts";
import { nodeOf, placeRun } from "./placement.ts";

const url = "http://node.invalid";
const names = { "nano-1": "nano", "nano-2": "nano", "nano-3": "nano", sg: "sg", jp: "jp" };
const roster = Object.fromEntries(Object.entries(names).map(([node, role]) => [node, { role, url }]));
const healthOf = (node: string, features?: string[]): Health => ({
  node,
  role: roster[node]?.role ?? node,
  instance: randomUUIDv7(),
  version: "0",
  contracts: { reads: {}, writes: { [node]: [1] } },
  clock: new Date(0).toISOString(),
  store: { state: "ok", feed: 0 },
  identity: { provider: "loopback", state: "ok" },
  ...(features && { features }),
});
/** Nodes that main has seen; those of an earlier release don't know that a role may have several nodes. */
const peersOf = (nodes: readonly string[], earlier: readonly string[] = []) =>
  nodes.map((node) => ({ node, health: healthOf(node, earlier.includes(node) ? [] : ["nodes"]), at: 0 }));
const all = Object.keys(names);
const place = (
  run: string,
  { seen = all, there = seen, earlier = [] }: { seen?: readonly string[]; there?: readonly string[]; earlier?: readonly string[] } = {},
) => {
  const peers = peersOf(seen, earlier);
  const placed = placeRun(run, { pipeline, roster, peers, isReachable: (node) => there.includes(node) });
  return Object.fromEntries([...placed].map(([role, { node }]) => [role, node]));
};

test("a run has one node of each role, the same one whenever the same nodes are there, with that node's contracts", () => {
  const run = randomUUIDv7();
  const placed = placeRun(run, { pipeline, roster, peers: peersOf(all), isReachable: () => true });
  expect([...placed.keys()]).toEqual(["nano", "sg", "jp"]);
  for (const { node, contracts } of placed.values()) expect(contracts.writes).toEqual({ [node]: [1] });
  expect(place(run)).toEqual(Object.fromEntries([...placed].map(([role, { node }]) => [role, node])));
});

test("runs are spread over the nodes of a role, and only those of a node that is away are placed elsewhere", () => {
  const nano = ["nano-1", "nano-2", "nano-3"];
  assert(
    property(uuid(), subarray(nano, { minLength: 1 }), (run, there) => {
      const before = place(run)["nano"] ?? "";
      const after = place(run, { there: [...there, "sg", "jp"] })["nano"];
      expect(there).toContain(after);
      expect(there.includes(before) ? after : before).toBe(before);
    }),
  );
  const runs = Array.from({ length: 300 }, () => place(randomUUIDv7())["nano"]);
  for (const node of nano) expect(runs.filter((one) => one === node).length).toBeGreaterThan(50);
});

test("a node that main has never seen is not placed on; a role without a seen one is left out; one that is away is better than none", () => {
  const run = randomUUIDv7();
  expect(place(run, { seen: ["nano-2", "sg"] })).toEqual({ nano: "nano-2", sg: "sg" });
  expect(place(run, { seen: ["nano-2", "sg", "jp"], there: [] })).toEqual({ nano: "nano-2", sg: "sg", jp: "jp" });
});

test("beside a role whose nodes are of an earlier release, and hand on to the one that they know, every role has its first node", () => {
  for (const earlier of [all, ["sg"]])
    for (let runs = 0; runs < 20; runs += 1) expect(place(randomUUIDv7(), { earlier })).toEqual({ nano: "nano-1", sg: "sg", jp: "jp" });
});

test("beside a role whose nodes are of an earlier release, one whose first node main has never seen is placed nowhere", () => {
  expect(place(randomUUIDv7(), { seen: ["nano-2", "sg", "jp"], earlier: all })).toEqual({ sg: "sg", jp: "jp" });
});

// guarantees: R11.contained
test.each(["nano-1", "nano-2"])(
  "%s, which says that it is of an earlier release, is left out, and runs are spread over the others",
  (liar) => {
    const others = ["nano-1", "nano-2", "nano-3"].filter((node) => node !== liar);
    for (const there of [all, all.filter((node) => node !== liar)]) {
      const runs = Array.from({ length: 100 }, () => place(randomUUIDv7(), { there, earlier: [liar] })["nano"]);
      expect(new Set(runs)).toEqual(new Set(others));
    }
  },
);

test("a run that is placed nowhere stands on the first node of a role", () => {
  expect(nodeOf({ nodes: {} }, "nano", roster)).toBe("nano-1");
  expect(nodeOf({ nodes: { nano: "nano-3" } }, "nano", roster)).toBe("nano-3");
  expect(nodeOf({ nodes: {} }, "nobody", roster)).toBeUndefined();
});
