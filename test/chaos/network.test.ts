import { Status } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { isClosed, openChaosRelay, stageOf } from "./chaos-relay.ts";
import type { Fault } from "./proxy.ts";
import { stopAndCheck } from "./stop-and-check.ts";

const links = ["main>nano", "main>sg", "main>jp", "nano>sg", "sg>jp", "jp>main"];
const faults: readonly Fault[] = [
  { is: "latency", ms: 150 },
  { is: "black-hole" },
  { is: "one-way" },
  { is: "reset" },
  { is: "half-open" },
  { is: "cut", after: 400 },
  { is: "trickle" },
];

// guarantees: R5.ends
test("runs close through every fault of every link, once it heals", { timeout: 600_000 }, async () => {
  await using relay = await openChaosRelay({ links, limits: { minFreeBytes: 0 } });
  await relay.startAll();
  const runs = new Map<string, string>();
  for (const [at, fault] of faults.entries()) {
    for (const link of links) relay.link(link).set({ is: "none" });
    const began = performance.now();
    for (const link of links) relay.link(link).set(fault);
    const brief = `# What does ${fault.is} do?\n`;
    const { run } = await relay.run(brief);
    runs.set(run, brief);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const before = await relay.status(run);
    for (const link of links) relay.link(link).set({ is: "none" });
    const healed = performance.now();
    await relay.until(run, isClosed, 90_000);
    console.log(`${fault.is}: ${before.state} after 3 s, closed ${((performance.now() - healed) / 1000).toFixed(1)} s after healing`);
    expect([at, performance.now() - began < 95_000]).toEqual([at, true]);
  }
  expect(await stopAndCheck(relay, runs)).toEqual([]);
});

// guarantees: R5.partition
test("finished work waits out a partition of 30 seconds, and arrives by itself", { timeout: 180_000 }, async () => {
  await using relay = await openChaosRelay({ links, limits: { minFreeBytes: 0 } });
  await relay.startAll();
  const first = await relay.run("# Is everybody there?\n");
  await relay.until(first.run, isClosed);
  relay.link("sg>jp").set({ is: "black-hole" });
  relay.link("main>jp").set({ is: "black-hole" });
  const brief = "# Does it wait?\n";
  const { run } = await relay.run(brief);
  await relay.until(run, (status) => stageOf(status, "sg")?.rung === "produced");
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  const waiting = await relay.status(run);
  expect(stageOf(waiting, "sg")?.rung).toBe("produced");
  for (const link of ["sg>jp", "main>jp"]) relay.link(link).set({ is: "none" });
  const healed = performance.now();
  const accepted = await relay.until(run, (status) => !["waiting", "dispatched"].includes(stageOf(status, "jp")?.rung ?? ""), 40_000);
  const seconds = (performance.now() - healed) / 1000;
  console.log(`work that waited out 30 s of partition arrived ${seconds.toFixed(1)} s after it healed`);
  expect(accepted.epoch).toBe(1);
  const closed = await relay.until(run, isClosed, 60_000);
  expect(closed.stages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
});

// guarantees: R5.without-main
test("roles hand on while main can reach nobody and nobody main, and main catches up", { timeout: 180_000 }, async () => {
  await using relay = await openChaosRelay({ links, limits: { minFreeBytes: 0 }, env: { nano: { CHAOS_WORK_MS: "1500" } } });
  await relay.startAll();
  const { run } = await relay.run("# Who needs main?\n");
  await relay.until(run, (status) => stageOf(status, "nano")?.rung === "started");
  for (const link of links.filter((one) => one.includes("main"))) relay.link(link).set({ is: "reset" });
  await expect
    .poll(async () => Status.parse((await relay.call("jp", `/status?run=${run}`)).body).tasks.map(({ state }) => state), {
      timeout: 30_000,
    })
    .toEqual(["produced"]);
  expect(stageOf(await relay.status(run), "sg")?.rung).not.toBe("verified");
  for (const link of links) relay.link(link).set({ is: "none" });
  expect((await relay.until(run, isClosed, 60_000)).epoch).toBe(1);
});
