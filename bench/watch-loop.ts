import { monitorEventLoopDelay } from "node:perf_hooks";

/** Longest turn of the event loop, milliseconds. */
export interface Held {
  /** By the clock, which goes on while other processes have the processor. */
  readonly clockMs: number;
  /** By the processor time of its thread, which is the same under any load; waits for a disk are not in it. */
  readonly cpuMs: number;
  /** By the clock, 99 % of the turns. */
  readonly p99Ms: number;
}

/** Watches the event loop of this thread. `take` gives how long it was held since the last time. */
export function watchLoop(): { readonly take: () => Held } {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  let longest = 0;
  let before = process.threadCpuUsage();
  // A timer that is due is called once in each turn.
  setInterval(() => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - before.user - before.system);
    before = now;
  }, resolution).unref();
  return {
    take() {
      const held = { clockMs: delay.max / 1e6 - resolution, cpuMs: longest / 1e3, p99Ms: delay.percentile(99) / 1e6 - resolution };
      delay.reset();
      longest = 0;
      return held;
    },
  };
}
