import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { isClosed, openChaosRelay, roles, stageOf } from "./chaos-relay.ts";
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

/** Milliseconds for which a node is stopped: a minute with CHAOS_STOP_MS=60000. */
const stopMs = Number(process.env["CHAOS_STOP_MS"] ?? 4_000);

// guarantees: R2.produced-once
test.concurrent.each(["sg", "main"] as const)(
  "%s, stopped for longer than its lease, goes on: the work is completed once, and the run closes at its first epoch",
  { timeout: 120_000 + stopMs },
  async (role) => {
    await using relay = await openChaosRelay({ limits: { leaseMs: 1_000 }, env: { sg: { CHAOS_WORK_MS: "1500" } } });
    await relay.startAll();
    const brief = "# Is it asleep?\n";
    const { run } = await relay.run(brief);
    await relay.until(run, (status) => stageOf(status, "sg")?.rung === "started");
    relay.node(role).kill("SIGSTOP");
    await delay(stopMs);
    relay.node(role).kill("SIGCONT");
    const { epoch, stages } = await relay.until(run, isClosed);
    expect([epoch, ...stages.map(({ attempt }) => attempt)]).toEqual([1, 1, 1, 1]);
    expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
  },
);

// guarantees: R5.standby
test.concurrent(
  "a standby takes over a node that was killed in the midst of its work, once its heartbeat is over",
  { timeout: 180_000 },
  async () => {
    const heartbeat = 2_000;
    await using relay = await openChaosRelay({ twice: "sg", env: { sg: { CHAOS_WORK_MS: "1500" } } });
    await relay.startAll();
    const brief = "# Who does it?\n";
    const { run } = await relay.run(brief, { clocks: { heartbeat } });
    const { node: lost = "sg" } = stageOf(await relay.until(run, (status) => stageOf(status, "sg")?.rung === "started"), "sg") ?? {};
    relay.node(lost).kill("SIGKILL");
    const killedAt = Date.now();
    const { epoch, stages } = await relay.until(run, isClosed, 120_000);
    const { node, times = {} } = stages.find(({ stage }) => stage === "sg") ?? {};
    const after = Date.parse(times["dispatched"] ?? "") - killedAt;
    console.log(`${node} took over from ${lost} ${after} ms after its end, with a heartbeat of ${heartbeat} ms`);
    expect([epoch, node, after >= heartbeat - 100]).toEqual([2, lost === "sg" ? "sg-2" : "sg", true]);
    await relay.node(lost).start();
    expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
  },
);

const dayMs = 86_400_000;

test.concurrent("runs close though each node's clock steps by a day in their midst, ahead and back", { timeout: 300_000 }, async () => {
  await using relay = await openChaosRelay({ env: { sg: { CHAOS_WORK_MS: "700" } } });
  await relay.startAll();
  const runs = new Map<string, string>();
  const closed: object[] = [];
  for (const role of roles)
    for (const skew of [dayMs, 0, -dayMs, 0]) {
      const brief = `# What time is it on ${role} after ${skew}?\n`;
      const { run } = await relay.run(brief);
      runs.set(run, brief);
      await relay.until(run, (status) => stageOf(status, "sg")?.rung === "started");
      await relay.node(role).setClock(skew);
      const { epoch, stages } = await relay.until(run, isClosed);
      closed.push({ role, skew, epoch, attempts: stages.map(({ attempt }) => attempt) });
    }
  expect(closed).toEqual(roles.flatMap((role) => [dayMs, 0, -dayMs, 0].map((skew) => ({ role, skew, epoch: 1, attempts: [1, 1, 1] }))));
  expect(await stopAndCheck(relay, runs)).toEqual([]);
});

test.concurrent.each([
  ["nano", 600_000],
  ["main", -dayMs],
] as const)("a run closes though the clock of %s is wrong by %i ms from its start on", { timeout: 120_000 }, async (role, skew) => {
  await using relay = await openChaosRelay({ env: { [role]: { CHAOS_SKEW_MS: String(skew) } } });
  await relay.startAll();
  const brief = "# What time is it?\n";
  const { run } = await relay.run(brief);
  const status = await relay.until(run, isClosed);
  expect(status.stages.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  // Whose clock it is that is wrong, nobody can tell: main sees by how much the others differ from its own.
  const skews = status.stages.map(({ stage, clockSkew = 0 }) => [stage, Math.round(clockSkew / 60_000) * 60_000]);
  expect(skews).toEqual(["nano", "sg", "jp"].map((stage) => [stage, role === "main" ? -skew : stage === role ? skew : 0]));
  expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
});
