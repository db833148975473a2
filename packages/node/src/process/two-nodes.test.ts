import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunStatus } from "@tasuki/protocol";
import { type Caller, createLoopbackIdentity, parsePolicy, writePolicy } from "@tasuki/bus";
import { expect, test, vi } from "vitest";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";

const brief = "# What is a relay?\n\nWhat does it hand on?\n";
const isClosed = ({ state }: RunStatus): boolean => state === "closed";
const start = (without: readonly string[] = []): Promise<TestRelay> =>
  startTestRelay({ pipeline: smallPipeline, work: smallWork, more: { "nano-2": "nano", "sg-2": "sg" }, without });
const nodesOf = ({ stages }: RunStatus) => Object.fromEntries(stages.map(({ stage, node }) => [stage, node]));
const runsAt = async (relay: TestRelay, node: string): Promise<string[]> => {
  const tasks = await relay.node(node).store.history({ limit: 1_000 });
  return [...new Set(tasks.map(({ row }) => row.payload.run))].sort();
};

test.concurrent("with two nodes of a role each run closes on the one that it is placed on, and the other has nothing of it", async () => {
  await using relay = await start();
  const placed = new Map<string, string[]>([
    ["nano", []],
    ["nano-2", []],
    ["sg", []],
    ["sg-2", []],
  ]);
  // Where a run is placed is chance; eight runs all at one node of two are one time in 128.
  for (let runs = 0; runs < 8 || [...placed.values()].some((at) => at.length === 0); runs += 1) {
    const run = await relay.run({ brief, sources: [] });
    for (const node of Object.values(nodesOf(await relay.until(run, isClosed)))) placed.get(node ?? "")?.push(run);
  }
  for (const [node, runs] of placed) expect([node, await runsAt(relay, node)]).toEqual([node, runs.toSorted()]);
  const { orchestrator, store } = relay.node("main");
  for (const row of await store.runs()) expect(row.state).toMatchObject({ gone: [], unreachable: [] });
  expect((await orchestrator?.nodes())?.map(({ node, role, reachable }) => [node, role, reachable])).toEqual([
    ["nano", "nano", true],
    ["sg", "sg", true],
    ["jp", "jp", true],
    ["nano-2", "nano", true],
    ["sg-2", "sg", true],
  ]);
});

test.concurrent("a run is placed on a node that is there; one whose node is away waits for that node, and no other run does", async () => {
  await using relay = await start(["nano-2"]);
  const first = await relay.run({ brief, sources: [] });
  expect(nodesOf(await relay.until(first, isClosed))).toMatchObject({ nano: "nano" });
  await relay.start("nano-2");
  await relay.stop("nano");
  const isLost = async () => (await relay.node("main").orchestrator?.nodes())?.find(({ node }) => node === "nano")?.reachable === false;
  const isSeen = async () => (await relay.node("main").orchestrator?.nodes())?.find(({ node }) => node === "nano-2")?.reachable === true;
  await vi.waitFor(async () => expect([await isLost(), await isSeen()]).toEqual([true, true]), { timeout: 20_000 });
  const second = await relay.run({ brief, sources: [] });
  const status = await relay.until(second, isClosed);
  expect(nodesOf(status)).toMatchObject({ nano: "nano-2" });
  expect(status.stages.map(({ condition }) => condition)).toEqual(["waiting", "waiting", "waiting"]);
});

// guarantees: R8.denied
test.concurrent("a node may see its own tasks at another, and none of another node of its role", async () => {
  await using relay = await start();
  const policy = parsePolicy(writePolicy({ pipeline: smallPipeline, people: { ops: ["ops@example.com"] } }));
  const roster = { nano: { role: "nano", url: relay.node("nano").url }, "nano-2": { role: "nano", url: relay.node("nano-2").url } };
  const seenBy = async (node: string): Promise<string[]> => {
    const secret = (await readFile(join(relay.data, node, "identity", "secret"), "utf8")).trim();
    const found: string[] = [];
    for (const to of ["sg", "sg-2"]) {
      const { handlers, store } = relay.node(to);
      const identity = createLoopbackIdentity({ folder: join(relay.data, to, "identity"), role: "sg", policy, roster });
      const caller = await identity.identify({ address: "127.0.0.1", port: 1, authorization: `Bearer ${secret}` });
      const own: Caller = { ...caller, permissions: [{ v: 1, to: "sg", call: "status", scope: "own" }] };
      for (const { row } of await store.history({ limit: 1_000 }))
        found.push(...(await handlers.status({ task: row.id }, own)).tasks.filter(({ kind }) => kind === "work").map(({ run }) => run));
    }
    return found.sort();
  };
  const placed = new Map<string, string[]>([
    ["nano", []],
    ["nano-2", []],
  ]);
  while ([...placed.values()].some((at) => at.length === 0)) {
    const run = await relay.run({ brief, sources: [] });
    placed.get(nodesOf(await relay.until(run, isClosed))["nano"] ?? "")?.push(run);
  }
  for (const [node, runs] of placed) expect([node, await seenBy(node)]).toEqual([node, runs.toSorted()]);
});
