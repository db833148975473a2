import type { FaultMix, Faults } from "./faults.ts";
import type { VirtualTime } from "./machine/virtual-time.ts";
import type { Random } from "./random.ts";
import { operator, type SimulatedNode } from "./relay.ts";

interface ScheduleDeps {
  readonly mix: FaultMix;
  readonly faults: Faults;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
}

const minute = 60_000;
/** Milliseconds of the longest stop of a process. */
export const longestStop = 60 * minute;
/** Partitions of all lengths that people know: a lost packet's worth, a restart, a quarter of an hour and more. */
const cutLengths = [2_000, 20_000, 90_000, 5 * minute, 17 * minute];
/** Stops as of a debugger, a laptop's lid, and a night's first hour. */
const stopLengths = [5_000, minute, 10 * minute, longestStop];
const day = 24 * 60 * minute;
const skews = [-10 * minute, -30_000, 0, 30_000, 10 * minute];

/** Starts every node, some of them late: what is for a role that nobody has ever reached waits for it. */
export function startNodes({ mix, faults, time, nodes, ...deps }: ScheduleDeps, withinMs: number): void {
  const random = deps.random.fork("starts");
  for (const node of nodes.values()) {
    if (!random.chance(mix.absent)) {
      node.start();
      continue;
    }
    faults.counts["started late"] = (faults.counts["started late"] ?? 0) + 1;
    time.after(random.integer(0, withinMs), () => node.start());
  }
}

/** Faults that happen at certain times rather than to certain operations: kills, cuts, full disks, wrong clocks, replaced machines. */
export function scheduleFaults({ mix, faults, time, nodes, ...deps }: ScheduleDeps, forMs: number): void {
  const random = deps.random.fork("schedule");
  const roles = [...nodes.keys()];
  const everyone = [...roles, operator];
  const count = (what: string): void => void (faults.counts[what] = (faults.counts[what] ?? 0) + 1);
  /** Lets something happen about `rate` times a minute. */
  const about = (rate: number, happen: () => void, of = random): void => {
    const times = (rate * forMs) / minute;
    const whole = Math.floor(times) + (of.chance(times % 1) ? 1 : 0);
    for (let at = 0; at < whole; at += 1) time.after(of.integer(0, forMs), () => faults.areHealed() || happen());
  };
  const days = deps.random.fork("days");
  const stops = deps.random.fork("stops");

  for (const node of nodes.values()) {
    if (mix.clockJumps > 0) node.skew = random.pick(skews);
    about(mix.kills, () => {
      count("killed");
      node.kill(random.chance(mix.powerLost));
    });
    about(mix.fullDisks, () => {
      count("disk full");
      const { disk } = node;
      disk.full = true;
      disk.saysSo = random.chance(0.5);
      time.after(random.integer(1_000, 3 * minute), () => (disk.full = false));
    });
    about(mix.clockJumps, () => {
      count("clock jumped");
      node.skew = random.pick(skews);
    });
    const stepADay = (): void => {
      count("clock stepped by a day");
      node.skew = days.pick([-day, 0, day]);
    };
    about(mix.dayJumps, stepADay, days);
    const stop = (): void => {
      count("process stopped");
      node.stop(stops.pick(stopLengths));
    };
    about(mix.stops, stop, stops);
  }
  about(mix.cuts * Math.sqrt(roles.length), () => {
    count("cut");
    const some = everyone.filter(() => random.chance(0.4));
    const one = [random.pick(everyone)];
    const from = random.chance(0.5) ? one : some;
    const mend = faults.cut(
      from,
      everyone.filter((role) => !from.includes(role)),
      random.chance(0.4),
    );
    time.after(random.pick(cutLengths), mend);
  });
  for (let at = 0; at < mix.replacements; at += 1)
    time.after(random.integer(0, forMs), () => {
      const node = nodes.get(random.pick(roles.slice(1)));
      if (node === undefined || faults.areHealed()) return;
      count("replaced");
      node.replace();
    });
}
