import { setTimeout as delay } from "node:timers/promises";
import { shipped, startBenchRelay } from "../bench-relay.ts";
import { type Figure, percent, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const quietMs = 5_000;
const watchedMs = 15_000;

export const idle: Suite = {
  name: "idle",
  what: `The four shipped nodes, started and connected, with nothing to do for ${watchedMs / 1000} s`,
  async measure() {
    await using relay = await startBenchRelay(roles, shipped);
    // Each node is started twice: the first start compiles, and the second one finds the compiled code.
    for (const role of roles) await relay.kill(role);
    for (const role of roles) await relay.start(role);
    await delay(quietMs);
    const measured = ["main", "nano"];
    const before = await Promise.all(measured.map((role) => relay.cpuOf(role)));
    await delay(watchedMs);
    return Promise.all(
      measured.map(async (role, at): Promise<Figure> => {
        const { now, peak } = await relay.memoryOf(role);
        const used = ((await relay.cpuOf(role)) - (before[at] ?? 0)) / watchedMs;
        return {
          what: role,
          value: `${now.toFixed(0)} MiB`,
          detail: `at most ${peak.toFixed(0)} MiB; ${percent(used)} of a core`,
          budget: "< 120 MiB, < 1 % of a core",
        };
      }),
    );
  },
};
