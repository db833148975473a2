// Main's backup, tried as docs/failures.md has it: main is stopped, its folder copied; later it is lost, and the copy takes its place.
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger, RunStatus } from "@tasuki/protocol";
import { test } from "vitest";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const brief = "# What is lost?\n";
const sources = ["# One\n\nA relay hands on a sash.\n"];
const closed = ({ state }: RunStatus): boolean => state === "closed";
const at = (stage: string, rung: string) => (status: RunStatus) =>
  status.stages.some((one) => one.stage === stage && (one.rung === rung || one.rung === "verified"));
const rungs = ({ stages }: RunStatus) => stages.map(({ stage, rung }) => `${stage} ${rung}`);

/** A relay whose jp waits until it is let go. */
async function startHeld(logger: Partial<Logger> = {}): Promise<{ relay: TestRelay; release: () => void }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const jp: (typeof smallWork)[string] = async (stage, signal) => {
    await promise;
    return (await smallWork["jp"]?.(stage, signal)) ?? {};
  };
  const relay = await startTestRelay({ pipeline: smallPipeline, work: { ...smallWork, jp }, logger: { ...quiet, ...logger } });
  return { relay, release: resolve };
}

async function backUp(relay: TestRelay): Promise<void> {
  await relay.stop("main");
  await cp(join(relay.data, "main"), join(relay.data, "main.backup"), { recursive: true });
  await relay.start("main");
}

/** All that a new machine of a role is given. */
const brought = ["keys", "trust", "identity"];

async function restore(relay: TestRelay): Promise<void> {
  await relay.stop("main");
  await rm(join(relay.data, "main"), { recursive: true });
  await cp(join(relay.data, "main.backup"), join(relay.data, "main"), { recursive: true });
  await relay.start("main");
}

const orchestrator = (relay: TestRelay) => {
  const { orchestrator: main } = relay.node("main");
  if (main === undefined) throw new Error("main has an orchestrator");
  return main;
};

// guarantees: R10.backup
test.concurrent("a run that was under way at the backup goes on from it, with what the nodes did since", async ({ expect }) => {
  const { relay, release } = await startHeld();
  await using _ = relay;
  const run = await relay.run({ brief, sources });
  await relay.until(run, at("nano", "accepted"));
  await backUp(relay);
  await relay.until(run, at("jp", "started"));
  await restore(relay);
  release();
  const status = await relay.until(run, closed);
  expect(status).toMatchObject({ epoch: 1 });
  expect(status.stages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
});

// guarantees: R10.backup
test.concurrent("a last hop that main took after the backup is brought again by a retry of the last stage", async ({ expect }) => {
  const { relay, release } = await startHeld();
  await using _ = relay;
  const run = await relay.run({ brief, sources });
  await relay.until(run, at("jp", "started"));
  await backUp(relay);
  release();
  await relay.until(run, closed);
  await restore(relay);
  // The backup may be older than main's own checks of nano and sg: they are done again, whatever jp's feed says meanwhile.
  const status = await relay.until(run, (now) => rungs(now).join() === "nano verified,sg verified,jp produced");
  expect(status.stages.at(-1)?.awaits).toEqual({ rung: "handed-off", from: "main" });
  await orchestrator(relay).decide({ run, verb: { is: "retry", stage: "jp", by: "ada" } });
  expect(await relay.until(run, closed)).toMatchObject({ epoch: 2 });
});

// guarantees: R10.backup
test.concurrent("epochs that main gave after the backup are refused, until retries are beyond them", async ({ expect }) => {
  const { relay, release } = await startHeld();
  await using _ = relay;
  const run = await relay.run({ brief, sources });
  await relay.until(run, at("jp", "started"));
  await backUp(relay);
  await orchestrator(relay).decide({ run, verb: { is: "retry", stage: "sg", by: "ada" } });
  await orchestrator(relay).decide({ run, verb: { is: "retry", stage: "sg", by: "ada" } });
  release();
  expect(await relay.until(run, closed)).toMatchObject({ epoch: 3 });
  await restore(relay);
  // Everything that the nodes did since the backup has been read again, and counts for nothing at the epoch that main remembers.
  const unread = async () => {
    const roles: string[] = [];
    for (const role of ["nano", "sg", "jp"]) {
      const position = await relay.node("main").store.position(role);
      if (position?.next !== (await relay.node(role).store.feedSize())) roles.push(role);
    }
    return roles;
  };
  await expect.poll(unread, { timeout: 20_000 }).toEqual([]);
  const blocks: string[] = [];
  for (let epoch = 2; epoch <= 4; epoch += 1) {
    expect(await orchestrator(relay).decide({ run, verb: { is: "retry", stage: "sg", by: "ada" } })).toMatchObject({ epoch });
    const is = await relay.until(run, (now) => closed(now) || now.stages.some(({ block }) => block?.owner === "operator"));
    blocks.push(is.stages.flatMap(({ block }) => block?.reason ?? []).join() || is.state);
  }
  expect(blocks).toEqual([
    `sg refused main's 'work': Run ${run} is at epoch 3; the task has 2 (stale_epoch)`,
    expect.stringMatching(/^sg refused main's 'work': .* \(stage_taken\)$/),
    "closed",
  ]);
});

// guarantees: R10.backup
test.concurrent("a run that began after the backup is unknown, and is asked for again under a new id", async ({ expect }) => {
  const { relay, release } = await startHeld();
  await using _ = relay;
  await backUp(relay);
  const run = await relay.run({ brief, sources });
  await relay.until(run, at("jp", "started"));
  await restore(relay);
  expect(await orchestrator(relay).run(run)).toBeUndefined();
  release();
  const blocked = async () => {
    const { handlers, local } = relay.node("jp");
    return (await handlers.status({ run }, local)).tasks.flatMap(({ block }) => block?.reason ?? []);
  };
  await expect.poll(blocked, { timeout: 20_000 }).toEqual([`main refused the hand-off for good: main has no run ${run} (not_found)`]);
  await relay.until(await relay.run({ brief, sources }), closed);
});

// guarantees: R9.shorter, R10.replaced
test.concurrent("an older copy of a role's data folder is found out and not followed; an empty one is", async ({ expect }) => {
  const errors: unknown[] = [];
  const { relay, release } = await startHeld({
    warn: (fields) => errors.push("err" in fields && fields.err instanceof Error && fields.err.message),
  });
  await using _ = relay;
  const sg = join(relay.data, "sg");
  await relay.stop("sg");
  await cp(sg, `${sg}.backup`, { recursive: true });
  await relay.start("sg");
  const first = await relay.run({ brief, sources });
  await relay.until(first, at("jp", "started"));
  await relay.stop("sg");
  await rm(sg, { recursive: true });
  await cp(`${sg}.backup`, sg, { recursive: true });
  await relay.start("sg");
  await expect
    .poll(() => errors, { timeout: 20_000 })
    .toContainEqual(expect.stringMatching(/^the feed of sg has 0 entries, and main holds [1-9]+: its data folder is an older copy/));
  expect(await orchestrator(relay).nodes()).toContainEqual(
    expect.objectContaining({ role: "sg", reachable: false, problem: expect.stringContaining("older copy") }),
  );
  const second = await relay.run({ brief, sources });
  await relay.stop("sg");
  for (const name of await readdir(sg)) if (!brought.includes(name)) await rm(join(sg, name), { recursive: true });
  await relay.start("sg");
  release();
  await relay.until(first, closed);
  await relay.until(second, closed);
});
