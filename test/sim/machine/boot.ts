import { AsyncLocalStorage } from "node:async_hooks";
import type { Disk } from "./disk.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Fate of a commit. `unsynced`: fsync failed, and whether it is on the disk is left to chance. */
export type CommitFate = "kept" | "killed-before" | "killed-after" | "full" | "unsynced-kept" | "unsynced-lost";

/** Mishaps that a boot has of its machine. */
export interface Mishaps {
  /** Milliseconds that the next operation on files takes; `killed` where the process dies at it, before or after its effect. */
  onFile(): number | "killed-before" | "killed-after";
  onCommit(): CommitFate;
}

/**
 * One process of a node, from its start to its death. Everything that a node's code does runs within its boot (AsyncLocalStorage
 * carries it through every await), so that a simulated kill -9 is complete: a dead boot's timers never fire, its file operations never
 * resolve, its answers never leave.
 */
export interface Boot {
  readonly node: string;
  readonly time: VirtualTime;
  readonly disk: Disk;
  readonly mishaps: Mishaps;
  isAlive(): boolean;
  kill(): void;
  /** SIGSTOP: nothing of the process goes on until then, or until `goOn`. What is due meanwhile is due at once then, in its order. */
  stop(until: number): void;
  /** SIGCONT. */
  goOn(): void;
  isStopped(): boolean;
  /** Runs what the machine hands to the process: now, or once it goes on. */
  whenRunning(run: () => void): void;
  /** Calls back at its death; returns the way to stop that. */
  onDeath(listener: () => void): () => void;
}

const boots = new AsyncLocalStorage<Boot>();

/** The boot whose code is running; undefined for the simulator's own. */
export const currentBoot = (): Boot | undefined => boots.getStore();

/** Runs code as a boot's own, with everything that it begins. */
export function within<Result>(boot: Boot, run: () => Result): Result {
  return boots.run(boot, run);
}

/** Runs code as the simulator's own. */
export function outside<Result>(run: () => Result): Result {
  return boots.exit(run);
}

export function createBoot(parts: Pick<Boot, "node" | "time" | "disk" | "mishaps">): Boot {
  const { time } = parts;
  let alive = true;
  let stops = 0;
  let stopped: number | undefined;
  let due: (() => void)[] = [];
  const listeners = new Set<() => void>();
  const boot: Boot = {
    ...parts,
    isAlive: () => alive,
    stop(until) {
      if (!alive || stopped !== undefined) return;
      const number = (stopped = stops += 1);
      time.after(until - time.now(), () => (stopped === number ? boot.goOn() : undefined));
    },
    goOn() {
      stopped = undefined;
      for (const run of due.splice(0)) time.after(0, () => boot.whenRunning(run));
    },
    isStopped: () => stopped !== undefined,
    whenRunning(run) {
      if (stopped === undefined) run();
      else due.push(run);
    },
    kill() {
      if (!alive) return;
      alive = false;
      stopped = undefined;
      due = [];
      outside(() => listeners.forEach((listener) => listener()));
    },
    onDeath(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return boot;
}

/**
 * Promise whose awaiters never go on: the process is gone. One each: a promise keeps all that waits for it, and with it the whole
 * simulation.
 */
export const never = (): Promise<never> => new Promise(() => undefined);
