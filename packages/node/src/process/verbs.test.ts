// Verbs of people on real nodes: what a run does after one is taken. Which of them are taken in which state, and in what words the others are
// refused, is in scripts/run-states.test.ts.
import { once } from "node:events";
import type { RunStatus, StageStatus } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import type { StageWork } from "../testing/in-process-executor.ts";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { startTestRelay, type TestRelay, type TestRelayOptions } from "../testing/start-test-relay.ts";

const brief = "# What is a relay?\n\nWhat does it hand on?\n";
const closed = ({ state }: RunStatus): boolean => state === "closed";
const stageOf = ({ stages }: RunStatus, stage: string): StageStatus | undefined => stages.find((one) => one.stage === stage);
const isAt = (stage: string, rung: string) => (status: RunStatus) => stageOf(status, stage)?.rung === rung;
const waiting = { timeout: 20_000 };

/** Works that wait until they are let go, or ended; how often each began, and the signals of those that wait. */
function heldWorks(...held: string[]) {
  const begun: Record<string, number> = {};
  const going = new Map(held.map((role) => [role, new AbortController()]));
  const work =
    (role: string): StageWork =>
    async (stage, signal) => {
      begun[role] = (begun[role] ?? 0) + 1;
      const go = going.get(role)?.signal;
      const over = go && AbortSignal.any([go, signal]);
      if (over?.aborted === false) await once(over, "abort");
      signal.throwIfAborted();
      return (await smallWork[role]?.(stage, signal)) ?? {};
    };
  return {
    begun,
    work: Object.fromEntries(["nano", "sg", "jp"].map((role) => [role, work(role)])),
    letGo: (role: string) => going.get(role)?.abort(),
  };
}

const start = (options: Partial<TestRelayOptions> = {}): Promise<TestRelay> =>
  startTestRelay({ pipeline: smallPipeline, work: smallWork, ...options });
const mainOf = (relay: TestRelay) => {
  const { orchestrator } = relay.node("main");
  if (orchestrator === undefined) throw new Error("main has no orchestrator");
  return orchestrator;
};

// guarantees: R10.moved
test.concurrent("a stage is done on another node of its role, and the node that it is taken from drops it when it comes back", async () => {
  const { work, begun, letGo } = heldWorks("sg");
  await using relay = await start({ work, more: { "sg-2": "sg" } });
  const orchestrator = mainOf(relay);
  const isSeen = async () => (await orchestrator.nodes()).every(({ health, reachable }) => reachable && health !== undefined);
  await vi.waitUntil(isSeen, waiting);
  const run = await relay.run({ brief });
  const at = await relay.until(run, (status) => isAt("sg", "started")(status) && isAt("nano", "verified")(status));
  const dead = stageOf(at, "sg")?.node ?? "";
  const other = dead === "sg" ? "sg-2" : "sg";
  await relay.stop(dead);
  const verb = { is: "retry", stage: "sg", on: other, by: "ada" } as const;
  expect(await orchestrator.plan({ run, verb })).toEqual([
    "the run goes from epoch 1 to 2",
    expect.stringMatching(/^nano keeps what is proven of it: 'verified', list\.md [0-9a-f]{12}$/),
    `sg stands on ${other} from then on, and no more on ${dead}`,
    `main tells ${other} to drop what it has of epochs below 2`,
    `main tells ${dead} to drop what it has of epochs below 2`,
    "main tells jp to drop what it has of epochs below 2",
    `main sends the work of sg to ${other} at epoch 2, of 3 files`,
  ]);
  expect(await orchestrator.run(run)).toMatchObject({ epoch: 1 });
  await expect(orchestrator.decide({ run, verb: { ...verb, on: "nano" } })).rejects.toThrow("main's roster has no node 'nano' of sg");
  letGo("sg");
  await orchestrator.decide({ run, verb });
  const status = await relay.until(run, closed);
  expect(stageOf(status, "sg")).toMatchObject({ node: other, epoch: 2 });
  expect(begun).toEqual({ nano: 1, sg: 2, jp: 1 });
  await relay.start(dead);
  const left = async () => (await relay.node(dead).store.statusOf({ run })).tasks.map(({ row }) => `${row.payload.kind} ${row.state}`);
  await vi.waitFor(async () => expect(await left()).toEqual(["work fenced", "cancel done"]), waiting);
  const pending = async () => (await relay.node("main").store.statusOf({ run })).outbox.filter(({ state }) => state === "pending");
  await vi.waitFor(async () => expect(await pending()).toEqual([]), waiting);
});

// guarantees: R10.paused
test.concurrent("what has begun ends in a paused run, and nothing else begins until it is resumed; nothing is done twice", async () => {
  const { work, begun, letGo } = heldWorks("nano");
  await using relay = await start({ work });
  const orchestrator = mainOf(relay);
  const run = await relay.run({ brief });
  await relay.until(run, isAt("nano", "started"));
  const paused = await orchestrator.decide({ run, verb: { is: "pause", by: "ada", reason: "wait for S2" } });
  expect(paused).toMatchObject({ state: "open", conclusion: "needs-human", paused: { by: "ada", reason: "wait for S2" } });
  letGo("nano");
  await relay.until(run, isAt("nano", "produced"));
  // The hand-off has got its answer: sg knows a higher epoch.
  const isRefused = async () => (await relay.node("nano").store.statusOf({ run })).outbox.every(({ state }) => state === "superseded");
  await vi.waitUntil(isRefused, waiting);
  await relay.stop("main");
  await relay.start("main");
  expect(await mainOf(relay).run(run)).toMatchObject({ paused: { by: "ada" }, stages: [{ rung: "produced" }, { rung: "waiting" }, {}] });
  await mainOf(relay).decide({ run, verb: { is: "resume", by: "eve" } });
  const status = await relay.until(run, closed);
  expect(status.paused).toBeUndefined();
  expect(begun).toEqual({ nano: 1, sg: 1, jp: 1 });
  const events = (await relay.node("main").store.feed(0, 1_000)).map(({ leaf }) => JSON.parse(leaf) as { type: string; by?: string });
  expect(events.filter(({ type }) => type === "pause" || type === "resume")).toMatchObject([{ by: "ada" }, { by: "eve" }]);
});

// guarantees: R10.cancelled
test.concurrent("a run is cancelled only once the node that is at work on it has seen its work end", async () => {
  const gone = new AbortController();
  const begun = Promise.withResolvers<AbortSignal>();
  const deaf: StageWork = async (_, signal) => {
    begun.resolve(signal);
    await once(gone.signal, "abort");
    return {};
  };
  await using relay = await start({ work: { ...smallWork, sg: deaf } });
  const orchestrator = mainOf(relay);
  const run = await relay.run({ brief });
  const signal = await begun.promise;
  const verb = { is: "cancel", by: "ada" } as const;
  expect(await orchestrator.decide({ run, verb })).toMatchObject({ state: "cancelling", cancelled: { by: "ada" } });
  if (!signal.aborted) await once(signal, "abort");
  await relay.until(run, ({ awaits }) => awaits.join() === "sg");
  // It is asked again, as long as it says that it is at work.
  const asked = async () =>
    (await relay.node("main").store.statusOf({ run })).outbox.filter(({ to, payload: { kind } }) => kind === "cancel" && to === "sg");
  await vi.waitFor(async () => expect((await asked()).length).toBeGreaterThan(1), waiting);
  expect(await orchestrator.decide({ run, verb })).toMatchObject({ state: "cancelling", epoch: 2 });
  gone.abort();
  const status = await relay.until(run, ({ state }) => state === "cancelled");
  expect(status).toMatchObject({ epoch: 2, conclusion: "cancelled" });
  expect(await orchestrator.decide({ run, verb })).toEqual(status);
});

// guarantees: R10.rolled-back
test.concurrent("a run that is rolled back does the stage and later ones again once it is resumed, and keeps the earlier ones", async () => {
  const { work, begun, letGo } = heldWorks("jp");
  await using relay = await start({ work });
  const orchestrator = mainOf(relay);
  const run = await relay.run({ brief });
  await relay.until(run, (status) => isAt("jp", "started")(status) && isAt("sg", "verified")(status));
  const back = await orchestrator.decide({ run, verb: { is: "rollback", to: "sg", by: "ada" } });
  expect(back.stages.map(({ rung, epoch }) => `${rung} ${epoch}`)).toEqual(["verified 1", "waiting 2", "waiting 2"]);
  expect(back).toMatchObject({ paused: { by: "ada" }, epoch: 2 });
  letGo("jp");
  await orchestrator.decide({ run, verb: { is: "resume", by: "ada" } });
  await relay.until(run, closed);
  expect(begun).toEqual({ nano: 1, sg: 2, jp: 2 });
});
