import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { isClosed, openChaosRelay, stageOf } from "./chaos-relay.ts";
import { stopAndCheck } from "./stop-and-check.ts";

// guarantees: R5.resumed
test.concurrent("a node that is killed in its work resumes it within 30 seconds, with default settings", { timeout: 120_000 }, async () => {
  await using relay = await openChaosRelay({ env: { nano: { CHAOS_WORK_MS: "2000" } } });
  await relay.startAll();
  const brief = "# How soon?\n";
  const { run } = await relay.run(brief);
  await relay.until(run, (status) => stageOf(status, "nano")?.rung === "started");
  relay.node("nano").kill("SIGKILL");
  const killed = performance.now();
  await relay.node("nano").ended();
  // The pause is that of `tasuki dev`, and of systemd's RestartSec.
  await delay(1_000);
  await relay.node("nano").start();
  await relay.until(run, (status) => (stageOf(status, "nano")?.attempt ?? 0) === 2, 30_000);
  const seconds = (performance.now() - killed) / 1000;
  console.log(`a killed attempt was resumed after ${seconds.toFixed(1)} s, as main saw it`);
  expect(seconds).toBeLessThan(30);
  await relay.until(run, isClosed);
  expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
});

// guarantees: R2.produced-once
test.concurrent("a node that sleeps longer than its lease goes on, and completes its work once", { timeout: 120_000 }, async () => {
  await using relay = await openChaosRelay({ limits: { leaseMs: 1_000 }, env: { sg: { CHAOS_WORK_MS: "1500" } } });
  await relay.startAll();
  const brief = "# Is it asleep?\n";
  const { run } = await relay.run(brief);
  await relay.until(run, (status) => stageOf(status, "sg")?.rung === "started");
  relay.node("sg").kill("SIGSTOP");
  await delay(4_000);
  relay.node("sg").kill("SIGCONT");
  await relay.until(run, isClosed);
  expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
});

test.concurrent.each([
  ["nano", 600_000],
  ["nano", -600_000],
  ["main", 600_000],
  ["main", -600_000],
] as const)("a run closes though the clock of %s is wrong by %i ms", { timeout: 120_000 }, async (role, skew) => {
  await using relay = await openChaosRelay({ env: { [role]: { CHAOS_SKEW_MS: String(skew) } } });
  await relay.startAll();
  const brief = "# What time is it?\n";
  const { run } = await relay.run(brief);
  const status = await relay.until(run, isClosed);
  expect(status.stages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
});
