import { setTimeout as delay } from "node:timers/promises";
import { shipped, startBenchRelay } from "../bench-relay.ts";
import { type Figure, percent, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const quietMs = 5_000;
const watchedMs = 15_000;
/** Time after which children that wait for work are ended, and a little more. */
const childrenMs = 62_000;
const budgetMiB = { alone: 120, withChildren: 190 };

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
    const figures = await Promise.all(
      measured.map(async (role, at): Promise<readonly Figure[]> => {
        const { now, peak } = await relay.memoryOf(role);
        const used = ((await relay.cpuOf(role)) - (before[at] ?? 0)) / watchedMs;
        const children = await relay.childrenOf(role);
        // Their program is the node's own, whose pages they share.
        const all = children.reduce((sum, { own }) => sum + own, now);
        return [
          {
            what: role,
            value: `${now.toFixed(0)} MiB`,
            detail: `at most ${peak.toFixed(0)} MiB; ${percent(used)} of a core`,
            budget: `< ${budgetMiB.alone} MiB, < 1 % of a core`,
          },
          {
            what: `${role} with the children that wait for work`,
            value: `${all.toFixed(0)} MiB`,
            detail: `${children.length} of ${children.map(({ now: each, own }) => `${each.toFixed(0)} MiB, ${own.toFixed(0)} without the program's pages`).join("; ")}`,
            budget: `< ${budgetMiB.withChildren} MiB`,
            isMissed: all >= budgetMiB.withChildren,
          },
        ];
      }),
    );
    await delay(childrenMs - quietMs - watchedMs);
    const left = await Promise.all(roles.map((role) => relay.childrenOf(role)));
    const count = left.flat().length;
    return [...figures.flat(), { what: "children a minute after the start", value: String(count), budget: "none", isMissed: count > 0 }];
  },
};
