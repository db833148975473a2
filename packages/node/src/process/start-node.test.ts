import { once } from "node:events";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { claimedReceipt, openTrust, payloadDigest, payloadOf, readReceipt } from "@tasuki/evidence";
import { run } from "@tasuki/contracts/artifacts/run";
import { defineRole, type RunStatus, type StageStatus } from "@tasuki/protocol";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { eraseTexts } from "@tasuki/store/testing";
import { expect, test } from "vitest";
import type { StageWork } from "../testing/in-process-executor.ts";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { NodeConfig } from "./node-config.ts";
import { startNode } from "./start-node.ts";
import { systemClock } from "./system-clock.ts";
import { startTestRelay, type TestRelay, type TestRelayOptions } from "../testing/start-test-relay.ts";

const brief = "# What is a relay?\n\nWhat does it hand on?\n";
const sources = ["# One\n\nA relay hands on a sash.\n", "# Two\n\nThe sash is called tasuki.\n"];
const closed = (status: RunStatus): boolean => status.state === "closed";
const stageOf = (status: RunStatus, stage: string): StageStatus | undefined => status.stages.find((one) => one.stage === stage);
const blockedAt = (stage: string) => (status: RunStatus) => stageOf(status, stage)?.condition === "blocked";
const start = (options: Partial<TestRelayOptions> = {}): Promise<TestRelay> =>
  startTestRelay({ pipeline: smallPipeline, limits: { attempts: 2 }, ...options, work: { ...smallWork, ...options.work } });

/** Work that waits until it is ended, once; then it succeeds. */
function hangingOnce(role: string): { work: StageWork; begun: Promise<AbortSignal> } {
  const begun = Promise.withResolvers<AbortSignal>();
  let times = 0;
  return {
    begun: begun.promise,
    async work(stage, signal) {
      if ((times += 1) > 1) return (await smallWork[role]?.(stage, signal)) ?? {};
      begun.resolve(signal);
      await once(signal, "abort");
      throw new Error("ended");
    },
  };
}

test.concurrent("four nodes close a run, and main has its final text", async () => {
  await using relay = await start();
  const run = await relay.run({ brief, sources });
  const status = await relay.until(run, closed);
  expect(status.stages.map(({ stage, rung, condition }) => [stage, rung, condition])).toEqual([
    ["nano", "verified", "waiting"],
    ["sg", "verified", "waiting"],
    ["jp", "verified", "waiting"],
  ]);
  const { handlers, local } = relay.node("main");
  const { artifacts = [] } = await handlers.status({ run, include: "artifacts" }, local);
  expect(artifacts.map(({ name }) => name).sort()).toEqual([
    "S1.txt",
    "S2.txt",
    "brief.md",
    "final.txt",
    "list.md",
    "review.md",
    "run.json",
  ]);
  expect(artifacts.find(({ name }) => name === "final.txt")?.text).toContain("2 sources");
  for (const role of ["main", "nano", "sg", "jp"]) expect((await relay.node(role).store.statusOf("open")).tasks).toEqual([]);
});

test.concurrent("roles without artifacts close a run: each result is signed over the document of its task, and main's word over that result", async () => {
  const roles = smallPipeline.roles.map(({ name, port }) => defineRole({ name, port, consumes: [run], produces: [], check: () => [] }));
  await using relay = await start({
    pipeline: { ...smallPipeline, roles },
    work: Object.fromEntries(roles.map(({ name }) => [name, () => ({})])),
  });
  const id = await relay.run({ brief });
  await relay.until(id, closed);
  const { tasks } = await relay.node("nano").store.evidenceOf(id);
  const { envelopes } = await relay.node("main").store.evidenceOf(id);
  const ofNano = envelopes.flatMap((envelope) => claimedReceipt(envelope) ?? []).filter(({ predicate }) => predicate.stage === "nano");
  const subjects = (state: string) => ofNano.find(({ predicate }) => predicate.state === state)?.subject;
  const produced = envelopes.find((envelope) => {
    const { stage, state } = claimedReceipt(envelope)?.predicate ?? {};
    return stage === "nano" && state === "produced";
  });
  expect(subjects("produced")).toEqual([
    { name: "task", digest: { sha256: tasks.find(({ row }) => row.payload.kind === "work")?.row.digest } },
  ]);
  expect(subjects("verified")).toEqual([{ name: "receipt", digest: { sha256: produced && payloadDigest(produced) } }]);
});

// guarantees: R10.retry
test.concurrent("an executor that throws blocks its stage once its attempts are used up, and a retry resumes", async () => {
  let isMended = false;
  const work: StageWork = (stage, signal) => {
    if (!isMended) throw new Error("no ink");
    return smallWork["sg"]?.(stage, signal) ?? {};
  };
  await using relay = await start({ work: { sg: work } });
  const run = await relay.run({ brief, sources });
  const stage = stageOf(await relay.until(run, blockedAt("sg")), "sg");
  expect(stage).toMatchObject({ rung: "started", attempt: 2, block: { owner: "operator", clearsWith: `tasuki retry ${run} --from sg` } });
  expect(stage?.block?.reason).toContain("no ink");
  isMended = true;
  await relay.node("main").orchestrator?.decide({ run, verb: { is: "retry", by: "ada" } });
  const status = await relay.until(run, closed);
  expect(status.epoch).toBe(2);
});

// guarantees: R5.bounded
test.concurrent("an executor that hangs blocks its stage when its time is over", async () => {
  const hang: StageWork = () => new Promise(() => undefined);
  await using relay = await start({ work: { nano: hang }, limits: { attempts: 1 } });
  const run = await relay.run({ brief, sources, clocks: { startToClose: 100 } });
  const stage = stageOf(await relay.until(run, blockedAt("nano")), "nano");
  expect(stage?.block?.reason).toContain("did not end within 100 ms");
});

// guarantees: R7.contract
test.concurrent("an executor that breaks a contract blocks its stage at once, with every line of it", async () => {
  await using relay = await start({ work: { jp: () => ({ "final.txt": "no heading" }) } });
  const run = await relay.run({ brief, sources });
  const stage = stageOf(await relay.until(run, blockedAt("jp")), "jp");
  expect(stage).toMatchObject({ attempt: 1, block: { unmet: [{ file: "final.txt", line: 1, expected: "a heading" }] } });
  const { handlers, local } = relay.node("jp");
  expect((await handlers.status({ run }, local)).tasks).toMatchObject([{ state: "blocked", block: { unmet: [{ file: "final.txt" }] } }]);
});

test.concurrent("a stage that decides for rework hands nothing on, and the stage before is done again", async () => {
  let reviews = 0;
  const work: StageWork = () => ({
    "review.md": (reviews += 1) === 1 ? "# Review\ndecision: rework\n" : "# Review\ndecision: converged\n",
  });
  await using relay = await start({ work: { sg: work } });
  const run = await relay.run({ brief, sources });
  const status = await relay.until(run, blockedAt("sg"));
  expect(stageOf(status, "sg")).toMatchObject({ rung: "produced", block: { reason: "sg decided 'rework', and handed nothing on" } });
  await relay.node("main").orchestrator?.decide({ run, verb: { is: "retry", by: "ada" } });
  await relay.until(run, closed);
  expect(reviews).toBe(2);
});

test.concurrent("a cancelled run ends the work that is under way, and fences its tasks", async () => {
  const { work, begun } = hangingOnce("sg");
  await using relay = await start({ work: { sg: work } });
  const run = await relay.run({ brief, sources });
  const signal = await begun;
  await relay.node("main").orchestrator?.decide({ run, verb: { is: "cancel", by: "ada", reason: "not needed" } });
  if (!signal.aborted) await once(signal, "abort");
  const { tasks } = await relay.node("sg").store.statusOf({ run });
  expect(tasks.find(({ row }) => row.payload.kind === "work")?.row.state).toBe("fenced");
  await relay.until(run, ({ state }) => state === "cancelled");
});

// guarantees: R2.fenced
test.concurrent("what a stage wrote before a retry took it away is quarantined, and named by its node's status", async () => {
  let times = 0;
  const begun = Promise.withResolvers<void>();
  const work: StageWork = async ({ folder }, signal) => {
    times += 1;
    if (times > 1) return { "review.md": "# Review, again\n" };
    await writeFile(join(folder, "out", "review.md"), "# Review, too late\n");
    begun.resolve();
    await once(signal, "abort");
    return {};
  };
  await using relay = await start({ work: { sg: work } });
  const run = await relay.run({ brief, sources });
  await begun.promise;
  await relay.until(run, (status) => stageOf(status, "nano")?.rung === "verified");
  await relay.node("main").orchestrator?.decide({ run, verb: { is: "retry", stage: "sg", by: "ada" } });
  await relay.until(run, closed);
  const { handlers, local, store } = relay.node("sg");
  const path = join("quarantine", run, "sg.1.1");
  expect((await handlers.status({ run }, local)).quarantined).toEqual([{ path, run, stage: "sg", epoch: 1, attempt: 1 }]);
  expect(await readFile(join(relay.data, "sg", path, "review.md"), "utf8")).toBe("# Review, too late\n");
  const events = (await store.feed(0, 1000)).map(({ leaf }) => JSON.parse(leaf) as { type: string });
  expect(events.filter(({ type }) => type === "quarantined")).toMatchObject([{ run, epoch: 1, attempt: 1, files: 1, path }]);
  const jp = relay.node("jp");
  const { artifacts = [] } = await jp.handlers.status({ run, include: "artifacts" }, jp.local);
  expect(artifacts.filter(({ name }) => name === "review.md").map(({ text }) => text)).toEqual(["# Review, again\n"]);
});

test.concurrent("a node that is stopped in the middle goes on with a new attempt at the same epoch", async () => {
  const { work, begun } = hangingOnce("nano");
  await using relay = await start({ work: { nano: work } });
  const run = await relay.run({ brief, sources });
  await begun;
  await relay.stop("nano");
  await relay.start("nano");
  const status = await relay.until(run, closed);
  expect(status.epoch).toBe(1);
  expect(stageOf(status, "nano")?.attempt).toBe(2);
});

// guarantees: R5.partition
test.concurrent("a hand-off waits for a node that is away, and arrives when it comes", async ({ expect }) => {
  await using relay = await start({ without: ["jp"] });
  // Main must have seen every role once: contract versions are picked from what they say.
  await relay.start("jp");
  const first = await relay.run({ brief, sources });
  await relay.until(first, closed);
  await relay.stop("jp");
  const run = await relay.run({ brief, sources });
  await relay.until(run, (status) => stageOf(status, "sg")?.rung === "produced");
  const { store } = relay.node("sg");
  await expect
    .poll(async () => (await store.statusOf({ run })).outbox.map(({ state, last }) => [state, last?.split(":")[0]]))
    .toEqual([["pending", "unreachable"]]);
  await relay.start("jp");
  await relay.until(run, closed);
});

test.concurrent("runs wait side by side for a role that main has never reached, and go on once it answers", async () => {
  await using relay = await start({ without: ["jp"] });
  const runs = [await relay.run({ brief, sources }), await relay.run({ brief, sources })];
  for (const run of runs) {
    const { block } = await relay.until(run, ({ block: found }) => found?.owner === "jp");
    expect(block).toMatchObject({ reason: expect.stringContaining("never reached jp") });
  }
  await relay.stop("main");
  await relay.start("main");
  await relay.start("jp");
  for (const run of runs) await relay.until(run, closed);
});

test.concurrent("a run is not begun where main knows no node of a role, and nothing that a node could do is waited for", async ({
  expect,
}) => {
  await using relay = await start({ unlisted: ["sg", "jp"] });
  const run = await relay.run({ brief, sources });
  const { block, conclusion } = await relay.until(run, ({ block: found }) => found !== undefined);
  expect({ block, conclusion }).toEqual({
    block: {
      kind: "intake",
      reason: "main's roster has no node of sg, jp",
      needs: "a node of each in 'roster' in main's config.jsonc, and main started again; then a retry",
      owner: "operator",
      clearsWith: `tasuki retry ${run}`,
    },
    conclusion: "needs-human",
  });
});

test.concurrent("a run that waits for roles that main has never reached names those that it still waits for", async ({ expect }) => {
  await using relay = await start({ without: ["nano", "sg", "jp"] });
  const run = await relay.run({ brief, sources });
  for (const [role, waits] of [
    ["nano", "nano, sg, jp"],
    ["sg", "sg, jp"],
    ["jp", "jp"],
  ] as const) {
    const { block } = await relay.until(run, ({ block: found }) => found?.owner === waits);
    expect(block?.reason).toContain(`never reached ${waits}`);
    await relay.start(role);
  }
  await relay.until(run, closed);
});

// guarantees: R9.texts
test.concurrent("a text reaches main beside what is signed, and without the texts everything holds and goes on", async ({ expect }) => {
  const told = "no ink in the small bottle";
  let isMended = false;
  const work: StageWork = (stage, signal) => {
    if (!isMended) throw new Error(told);
    return smallWork["sg"]?.(stage, signal) ?? {};
  };
  await using relay = await start({ work: { sg: work } });
  const names = ["main", "nano", "sg", "jp"];
  const run = await relay.run({ brief, sources });
  expect(stageOf(await relay.until(run, blockedAt("sg")), "sg")?.block?.reason).toContain(told);
  const heldByMain = [...(await relay.node("main").store.evidenceOf(run)).texts.values()];
  expect(heldByMain.filter((text) => text.includes(told))).toHaveLength(1);
  expect((await signedBy(relay, names)).filter((text) => text.includes(told))).toEqual([]);

  await Promise.all(names.map((name) => relay.stop(name)));
  const erased = names.flatMap((name) => eraseTexts(join(relay.data, name)));
  // Both failed attempts of sg, and main's copy of its receipt's text.
  expect(erased.filter((text) => text.includes(told))).toHaveLength(3);
  await Promise.all(names.map((name) => relay.start(name)));
  isMended = true;
  await relay.node("main").orchestrator?.decide({ run, verb: { is: "retry", by: "ada" } });
  await relay.until(run, closed);
  expect((await signedBy(relay, names)).filter((text) => text.includes(told))).toEqual([]);
  await expect
    .poll(() => readFile(join(relay.data, "main", "archive", run, "SUMMARY.md"), "utf8").catch(String))
    .toContain("blocked: failed: (its text is gone)");
});

/** Everything that nodes have in their feeds as signed: leaves, and the payloads that they name, each of which is verified. */
async function signedBy(relay: TestRelay, names: readonly string[]): Promise<readonly string[]> {
  const trust = await openTrust(join(relay.data, "main", "trust"));
  const feeds = await Promise.all(names.map((name) => relay.node(name).store.feed(0, 1_000)));
  return feeds.flat().flatMap(({ leaf, envelopes }) => {
    const read = JSON.parse(leaf) as { readonly envelopes: readonly string[] };
    expect(envelopes.map(payloadDigest)).toEqual(read.envelopes);
    for (const envelope of envelopes) {
      const node = claimedReceipt(envelope)?.predicate.node;
      if (node !== undefined) readReceipt(envelope, { trust, node });
    }
    return [leaf, ...envelopes.map((envelope) => payloadOf(envelope).toString("utf8"))];
  });
}

test.concurrent("main goes on where it was", async () => {
  const { work, begun } = hangingOnce("sg");
  await using relay = await start({ work: { sg: work }, limits: { attempts: 3 } });
  const run = await relay.run({ brief, sources });
  const signal = await begun;
  await relay.stop("main");
  await relay.stop("sg");
  expect(signal.aborted).toBe(true);
  await relay.start("sg");
  await relay.start("main");
  await relay.until(run, closed);
});

// guarantees: R5.no-strays
test.concurrent("where a process could outlive its attempt, the node says so in its log at the start", async () => {
  const said: string[] = [];
  const say = (_fields: object, message: string): void => void said.push(message);
  const describeEscape = async (): Promise<string> => "a process can outlive its attempt here";
  const executor = { name: "leaky", execute: () => Promise.reject(new Error("never asked")), sweep: async () => 0, describeEscape };
  await using relay = await start({ work: { sg: executor }, logger: { debug: say, info: say, warn: say, error: say } });
  expect(relay.node("sg").role).toBe("sg");
  expect(said.filter((message) => message === "a process can outlive its attempt here")).toHaveLength(1);
});

test.concurrent("pinned keys of a node that nobody knows stop the start, and are named: a misspelt name would verify nothing", async () => {
  await using relay = await start();
  await relay.stop("sg");
  const trust = join(relay.data, "sg", "trust");
  await rename(join(trust, "jp"), join(trust, "jpp"));
  await expect(relay.start("sg")).rejects.toThrow(
    /trust\/jpp pins keys of a node that is not known here: name the folder as the node \(jp, main, nano, sg\)/,
  );
  await rename(join(trust, "jpp"), join(trust, "jp"));
  await relay.start("sg");
});

test("a node that is not main does not start with doors of an operator API", async () => {
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const config = NodeConfig.parse({ listen: { port: 0 }, roster: {}, operator: { listen: ["loopback"] } });
  const base = { pipeline: smallPipeline, data: "/nowhere", policy: "", clock: systemClock, logger, judge: judgeAtOnce, version: "0" };
  await expect(startNode({ ...base, role: "sg", config, random: () => 0 })).rejects.toMatchObject({
    code: "invalid_state",
    message: "Only main has an operator API; this node is 'sg': take 'operator' out of its config.jsonc.",
  });
});
