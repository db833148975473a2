import { randomUUID } from "node:crypto";
import { type Boot, sweepBoots } from "./attempt-processes.ts";
import { type Done, type JobEnding, type LimitedJob, type PreparedChild, startChild, type Use } from "./prepared-child.ts";
import { unstarted } from "./supervisor.ts";
import type { Supervision } from "./watch-job.ts";

/** Children that wait for a job, at most: two keep both cores of a small machine busy. */
const mostWaiting = 2;

export interface ChildrenOptions {
  readonly use: Use;
  /** Heap of a child, MiB. */
  readonly memoryMiB?: number | undefined;
  /** Time without a job after which children that wait are ended, milliseconds. */
  readonly idleMs?: number;
  /** Time that a job waits for a child that is used again, before another one is started for it, milliseconds. */
  readonly patienceMs?: number;
}

/** One of our own jobs. */
export interface OwnJob extends LimitedJob {
  /** File URLs of modules that the job will load, and others like it. */
  readonly loads: readonly string[];
}

/** Life of a node in which children are kept ready. */
interface ChildrenOf extends Boot {
  /** Absolute path of the folder that has all work folders: nothing else is written to by children that are confined. */
  readonly work: string;
  /** File URLs of modules that children load before there is a job. */
  readonly loads: readonly string[];
}

/** Children of ours, prepared before there is a job for them. */
export interface Children {
  /** Does a job in a child. Never rejects for anything that the child does; nothing that the job has started is left. */
  perform(job: OwnJob, context: Supervision): Promise<JobEnding>;
  /** Begins a life of the node: ends the children of earlier ones, resolves with how many there were, and keeps one ready from now on. */
  begin(life: ChildrenOf): Promise<number>;
  /** Ends the children that wait for a job. */
  end(): Promise<void>;
}

type Started = PreparedChild | { readonly errno: string };

/** Prepares nothing yet: children are started by `begin`, or by the first job. */
export function createChildren({ use, memoryMiB = 512, idleMs = 60_000, patienceMs = 2_000 }: ChildrenOptions): Children {
  const waiting: PreparedChild[] = [];
  /** Jobs that wait for a child, each given one that is free, or the leave to start one. */
  const turns = new Set<(child: PreparedChild | undefined) => void>();
  /** Number of jobs that have a child, or one that is being started. */
  let busy = 0;
  let life: Boot & Partial<ChildrenOf> = { node: randomUUID(), boot: randomUUID() };
  let isEnded = false;
  let readying: Promise<void> | undefined;
  let idle: NodeJS.Timeout | undefined;

  // The node has other children than these, too: each has a mark, and a cgroup, of its own.
  const start = (loads: readonly string[]): Promise<Started> =>
    startChild({ use, memoryMiB, loads, work: life.work, id: `${life.node}.${life.boot}.${randomUUID()}` });
  const wait = (child: PreparedChild): void => {
    waiting.push(child);
    child.rest();
    void forgetEnded(child);
    clearTimeout(idle);
    idle = setTimeout(() => void endWaiting(), idleMs).unref();
  };
  /** Forgets a child that has ended while it waited. */
  const forgetEnded = async (child: PreparedChild): Promise<void> => {
    await child.exited;
    const at = waiting.indexOf(child);
    if (at < 0) return;
    waiting.splice(at, 1);
    await child.discard();
  };
  const endWaiting = async (): Promise<void> => {
    await Promise.all(waiting.splice(0).map((child) => child.discard()));
  };
  const startWaiting = async (loads: readonly string[]): Promise<void> => {
    const child = await start(loads);
    readying = undefined;
    if (!("errno" in child)) wait(child);
  };
  /** Keeps one ready, from the beginning of a life of the node on. */
  const ready = async (): Promise<void> => {
    const { loads } = life;
    if (loads !== undefined && !isEnded && waiting.length === 0) await (readying ??= startWaiting(loads));
  };
  /** Resolves with a child for a job: one that waits, or that becomes free in time; else one that is started. A start takes longer than most jobs. */
  const take = async (loads: readonly string[], signal: AbortSignal): Promise<Started | undefined> => {
    const ready = waiting.pop();
    if (ready !== undefined || use !== "reused" || busy === 0) {
      busy += 1;
      return ready ?? start(loads);
    }
    const { promise, resolve } = Promise.withResolvers<PreparedChild | undefined>();
    const giveUp = (): void => resolve(undefined);
    turns.add(resolve);
    const timer = setTimeout(giveUp, patienceMs);
    signal.addEventListener("abort", giveUp, { once: true });
    const freed = await promise;
    turns.delete(resolve);
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    if (freed !== undefined) return freed;
    if (signal.aborted) return undefined;
    busy += 1;
    return start(loads);
  };
  /** Gives the next job in turn a child, or the leave to start one. False where none waits. */
  const giveTurn = (child: PreparedChild | undefined): boolean => {
    const [next] = turns;
    if (next === undefined) return false;
    turns.delete(next);
    if (child !== undefined) busy += 1;
    next(child);
    return true;
  };
  const giveBack = (child: PreparedChild, { isGood }: Pick<Done, "isGood">): void => {
    busy -= 1;
    if (isGood && giveTurn(child)) return;
    if (isGood && !isEnded && waiting.length < mostWaiting) return wait(child);
    if (isGood) void child.discard();
    if (!giveTurn(undefined)) void ready();
  };

  return {
    async perform({ loads, ...job }, context) {
      const { clock, signal } = context;
      const started = clock.monotonic();
      const unheard = (reason: "cancelled" | "not-started", errno?: string): JobEnding => ({
        ...unstarted(reason, { ms: clock.monotonic() - started, ...(errno !== undefined && { errno }) }),
        told: [],
      });
      // A child that died while it waited has done nothing of the job, which is another's then; who dies while it is being prepared will do so again.
      for (let tries = 1; ; tries += 1) {
        if (signal.aborted) return unheard("cancelled");
        const child = await take(loads, signal);
        if (child === undefined) return unheard("cancelled");
        if ("errno" in child) {
          busy -= 1;
          giveTurn(undefined);
          return unheard("not-started", child.errno);
        }
        const done = await child.perform(job, context);
        giveBack(child, done);
        if (done.isBegun || tries === 2) return done.ending;
      }
    },
    async begin(begun) {
      life = begun;
      const strays = await sweepBoots(begun);
      await ready();
      return strays;
    },
    async end() {
      isEnded = true;
      clearTimeout(idle);
      await readying;
      await endWaiting();
    },
  };
}
