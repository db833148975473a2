import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunStatus, StageStatus, TaskPayload } from "@tasuki/protocol";
import type { OutboxRow } from "@tasuki/store";
import { expect, test, vi } from "vitest";
import { turnsOf } from "../loop/create-loop.ts";
import type { RunningNode } from "./node.ts";
import type { StageWork } from "../testing/in-process-executor.ts";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { startTestRelay, type TestRelay, type TestRelayOptions } from "../testing/start-test-relay.ts";

const brief = "# What is a relay?\n\nWhat does it hand on?\n";
const sources = ["# One\n\nA relay hands on a sash.\n", "# Two\n\nThe sash is called tasuki.\n"];
/** Text that makes a large blob: the bytes of a small one are in the database, whatever becomes of its file. */
const large = (text: string): string => text.padEnd(100_000, " and on");
const closed = (status: RunStatus): boolean => status.state === "closed";
const stageOf = (status: RunStatus, stage: string): StageStatus | undefined => status.stages.find((one) => one.stage === stage);
const atRung = (stage: string, rung: StageStatus["rung"]) => (status: RunStatus) => stageOf(status, stage)?.rung === rung;
const start = (options: Partial<TestRelayOptions> = {}): Promise<TestRelay> =>
  startTestRelay({ pipeline: smallPipeline, limits: { attempts: 2 }, ...options, work: { ...smallWork, ...options.work } });

/** Work that waits until it is let go. */
function held(role: string): { work: StageWork; release: () => void; times: () => number } {
  const released = Promise.withResolvers<void>();
  let times = 0;
  return {
    release: released.resolve,
    times: () => times,
    async work(stage, signal) {
      times += 1;
      signal.throwIfAborted();
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await Promise.race([released.promise, aborted]);
      signal.throwIfAborted();
      return (await smallWork[role]?.(stage, signal)) ?? {};
    },
  };
}

/** Resolves once a node's store is as wanted. */
async function untilStored({ store }: RunningNode, wanted: () => Promise<boolean>): Promise<void> {
  const never = new AbortController().signal;
  for await (const _ of turnsOf((wake) => store.onCommit([{ topic: "task" }], wake), never)) if (await wanted()) return;
}

async function nudgesOf({ store }: RunningNode, run: string): Promise<readonly TaskPayload[]> {
  const { tasks } = await store.statusOf({ run });
  return tasks.map(({ row }) => row.payload).filter(({ kind }) => kind === "nudge");
}

async function handOffOf({ store }: RunningNode, run: string): Promise<OutboxRow | undefined> {
  return (await store.statusOf({ run })).outbox[0];
}

/** The machine is a new one: of the data folder nothing is left but what the operator brings (configuration, keys, trust, identity). */
async function replaceHost(relay: TestRelay, role: string): Promise<void> {
  await relay.stop(role);
  const data = join(relay.data, role);
  for (const name of await readdir(data))
    if (!["keys", "trust", "identity"].includes(name)) await rm(join(data, name), { recursive: true, force: true });
}

// guarantees: R10.replaced
test.concurrent.each(["nano", "sg", "jp"])("a replaced %s gets its unfinished stage again from main, and the run closes", async (role) => {
  const { work, release } = held(role);
  await using relay = await start({ work: { [role]: work } });
  const run = await relay.run({ brief, sources });
  await relay.until(run, atRung(role, "started"));
  await replaceHost(relay, role);
  release();
  await relay.start(role);
  const status = await relay.until(run, closed);
  expect(status.epoch).toBe(2);
  expect(status.stages.map(({ rung }) => rung)).toEqual(["verified", "verified", "verified"]);
});

test.concurrent("a host that is replaced while main is away is found out, too", async () => {
  const { work, release } = held("sg");
  await using relay = await start({ work: { sg: work } });
  await relay.until(await relay.run({ brief, sources }), atRung("sg", "started"));
  const run = await relay.run({ brief, sources });
  await relay.until(run, atRung("sg", "accepted"));
  await relay.stop("main");
  await replaceHost(relay, "sg");
  release();
  await relay.start("sg");
  await relay.start("main");
  expect((await relay.until(run, closed)).epoch).toBe(2);
});

// guarantees: R5.without-main
test.concurrent("work is handed on while main is away, and main catches up", async ({ expect }) => {
  const { work, release } = held("nano");
  await using relay = await start({ work: { nano: work } });
  const run = await relay.run({ brief, sources });
  await relay.until(run, atRung("nano", "started"));
  await relay.stop("main");
  release();
  // The last hop waits for main; everything before it is done.
  await expect.poll(async () => (await relay.node("jp").store.statusOf({ run })).outbox.length, { timeout: 20_000 }).toBe(1);
  await relay.start("main");
  const status = await relay.until(run, closed);
  expect(status.epoch).toBe(1);
  expect(status.stages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
});

test.concurrent("a nudge is answered with where each node stands, and sends at once what waits to be sent", async ({ expect }) => {
  await using relay = await start();
  await relay.until(await relay.run({ brief, sources }), closed);
  await relay.stop("jp");
  const run = await relay.run({ brief, sources });
  await relay.until(run, atRung("sg", "produced"));
  const nudge = () => relay.node("main").orchestrator?.nudge({ run, by: "ada" });
  await expect.poll(nudge, { timeout: 15_000 }).toEqual([
    {
      role: "sg",
      node: "sg",
      says: expect.stringMatching(/^sg at epoch 1 is produced; hand-off to jp is pending after \d+ tries, last answer unreachable/),
    },
  ]);
  await relay.start("jp");
  const before = (await handOffOf(relay.node("sg"), run))?.tries ?? 0;
  await nudge();
  await relay.until(run, closed);
  expect(((await handOffOf(relay.node("sg"), run))?.tries ?? 0) - before).toBeLessThanOrEqual(2);
  await expect(nudge()).rejects.toMatchObject({ code: "invalid_state" });
});

// guarantees: R5.bounded
test.concurrent("what nobody begins in time is nudged, then shows whom it waits for, and goes on by itself", async ({ expect }) => {
  await using relay = await start();
  await relay.until(await relay.run({ brief, sources }), closed);
  await relay.stop("jp");
  const run = await relay.run({ brief, sources, clocks: { scheduleToStart: 200 } });
  const late = await relay.until(run, (status) => stageOf(status, "jp")?.block !== undefined);
  expect(stageOf(late, "jp")).toMatchObject({ rung: "dispatched", condition: "unreachable", block: { owner: "jp" } });
  // On a busy machine sg itself may be late, and is nudged for that.
  const reasons = async () =>
    (await nudgesOf(relay.node("sg"), run)).map(({ reason }) => reason).filter((reason) => reason?.startsWith("jp"));
  await expect.poll(reasons).toEqual(["jp has not begun within 0.2 s"]);
  await relay.start("jp");
  const status = await relay.until(run, closed);
  expect(stageOf(status, "jp")?.block).toBeUndefined();
  expect(status.epoch).toBe(1);
});

// guarantees: R10.changed
test.concurrent("a blob that was changed on the disk is never handed on, and says which file to restore", async ({ expect }) => {
  await using relay = await start({ work: { sg: ({ run: id }) => ({ "review.md": large(`# Review of ${id}\n`) }) } });
  await relay.until(await relay.run({ brief, sources }), closed);
  await relay.stop("jp");
  const run = await relay.run({ brief, sources });
  const produced = await relay.until(run, atRung("sg", "produced"));
  const { sha256, name } = stageOf(produced, "sg")?.outputs[0] ?? { sha256: "", name: "" };
  const path = join(relay.data, "sg", "blobs", sha256.slice(0, 2), sha256);
  const before = await readFile(path);
  await chmod(path, 0o600);
  await writeFile(path, before.toString("utf8").replace("Review", "Rewiev"));
  await relay.start("jp");
  const sg = relay.node("sg");
  await expect.poll(async () => (await handOffOf(sg, run))?.last, { timeout: 15_000 }).toContain(`blobs/${sha256.slice(0, 2)}/${sha256}`);
  expect((await handOffOf(sg, run))?.last).toContain("digest_mismatch");
  expect((await relay.node("jp").store.statusOf({ run })).tasks).toEqual([]);
  expect(name).toBe("review.md");
  await writeFile(path, before);
  await relay.node("main").orchestrator?.nudge({ run, by: "ada" });
  await relay.until(run, closed);
});

// guarantees: R10.by-hand
test.concurrent("a file put in by hand has no effect; status and log say what it is and which command does it properly", async ({
  expect,
}) => {
  const said: object[] = [];
  const say = (fields: object, message: string): void => void said.push({ ...fields, message });
  const { work, release } = held("sg");
  await using relay = await start({ work: { sg: work }, logger: { debug: () => undefined, info: () => undefined, warn: say, error: say } });
  const run = await relay.run({ brief, sources });
  await relay.until(run, atRung("sg", "started"));
  const data = join(relay.data, "sg");
  // The files look as if sg's work were done, and as if there were another task for it.
  await mkdir(join(data, "artifacts", run, "sg.1"), { recursive: true });
  await writeFile(join(data, "artifacts", run, "sg.1", "review.md"), "# Review by hand\n");
  const inbox = join(data, "inbox", run, "sg.1");
  // A picture of what is stored, drawn beside the work.
  await vi.waitUntil(() => existsSync(inbox), { timeout: 20_000 });
  await writeFile(join(inbox, "research-pack.bin"), "more to read");
  const { handlers, local, store } = relay.node("sg");
  const look = async () => (await handlers.status({}, local)).shortcuts.map(({ path, instead }) => [path, instead]);
  const expected = [
    [join("inbox", run, "sg.1", "research-pack.bin"), `tasuki retry ${run} --from sg --reason WHY`],
    [join("artifacts", run, "sg.1", "review.md"), `tasuki retry ${run} --from sg --reason WHY`],
  ];
  expect(await look()).toEqual(expected);
  expect(await look()).toEqual(expected);
  const logged = said.filter((line) => "instead" in line);
  expect(logged).toEqual(expected.map(([path, instead]) => expect.objectContaining({ path, instead, why: expect.any(String) })));
  expect((await store.statusOf("open")).tasks).toHaveLength(1);
  release();
  const status = await relay.until(run, closed);
  expect(status.stages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  const { artifacts = [] } = await relay.node("main").handlers.status({ run, include: "artifacts" }, relay.node("main").local);
  expect(artifacts.find(({ name }) => name === "review.md")?.text).toBe(`# Review of ${run}\n`);
});

// guarantees: R10.changed, R10.retry
test.concurrent.for([
  ["changed", / were changed: they hash to /],
  ["lost", /the bytes of .* are gone: restore the file, or send it again/],
] as const)(
  "a node whose input was %s on its disk blocks the stage, and gets the bytes again with a retry",
  async ([how, reason], { expect }) => {
    const { work, release } = held("sg");
    await using relay = await start({ work: { sg: work } });
    const busy = await relay.run({ brief, sources });
    await relay.until(busy, atRung("sg", "started"));
    // The next one waits in sg's queue: its inputs are there, and nobody has read them.
    const run = await relay.run({ brief, sources: [large("# Another\n\nA sash.\n")] });
    await relay.until(run, atRung("sg", "accepted"));
    const { store } = relay.node("sg");
    const [task] = (await store.statusOf({ run })).tasks;
    const { sha256 = "" } = task?.attachments.find(({ name }) => name === "S1.txt") ?? {};
    const path = join(relay.data, "sg", "blobs", sha256.slice(0, 2), sha256);
    await chmod(path, 0o600);
    if (how === "changed") await writeFile(path, "# Changed\n");
    else await rm(path);
    release();
    const blocked = await relay.until(run, (status) => stageOf(status, "sg")?.condition === "blocked");
    expect(stageOf(blocked, "sg")?.block).toMatchObject({
      reason: expect.stringMatching(reason),
      clearsWith: expect.stringContaining("tasuki retry"),
    });
    expect((await store.task(task?.row.id ?? ""))?.attempt).toBe(1); // another attempt would find nothing there
    await relay.node("main").orchestrator?.decide({ run, verb: { is: "retry", by: "ada" } });
    expect((await relay.until(run, closed)).epoch).toBe(2);
    if (how === "changed") expect(await readFile(join(relay.data, "sg", "blobs", "changed", sha256), "utf8")).toBe("# Changed\n");
  },
);

test.concurrent("whoever can't be nudged is named with why, and is not nudged twice when it comes back", async ({ expect }) => {
  const { work, release } = held("nano");
  await using relay = await start({ work: { nano: work } });
  const run = await relay.run({ brief, sources });
  await relay.until(run, atRung("nano", "started"));
  await relay.stop("nano");
  const nudge = () => relay.node("main").orchestrator?.nudge({ run, by: "ada" });
  const unreachable = [{ role: "nano", node: "nano", problem: expect.stringContaining("unreachable") }];
  expect([await nudge(), await nudge()]).toEqual([unreachable, unreachable]);
  // The run stays open until the nudge is there: closing it would withdraw what nano hasn't taken yet.
  await relay.start("nano");
  const nano = relay.node("nano");
  await untilStored(nano, async () => (await nudgesOf(nano, run)).length > 0);
  release();
  await relay.until(run, closed);
  expect(await nudgesOf(nano, run)).toHaveLength(1);
});
