import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { FaultMix } from "./faults.ts";
import type { Report } from "./worker.ts";

export interface Job {
  readonly seed: number;
  /** Roles beside main. */
  readonly roles: number;
  readonly mix?: Partial<FaultMix>;
  /** Nodes of each role; one by default. */
  readonly pool?: number;
  /** Stores answer and announce late. */
  readonly late?: boolean;
  /** Prints what the nodes log. */
  readonly log?: boolean;
}

export interface SeedOptions {
  /** The name of a build that is broken on purpose (broken-builds.ts). */
  readonly broken?: string;
  readonly onReport: (report: Report) => void;
  /** True ends it early. */
  readonly isEnough?: () => boolean;
  /** Worker processes; one per core by default. */
  readonly workers?: number;
}

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
const register = new URL("register.ts", import.meta.url).href;
// A process is for so many jobs, so that a hundred thousand take no more memory than a thousand: what a simulation leaves behind, if
// anything, goes with its process.
const jobsPerProcess = 1_000;

/** Simulates every job, in as many processes as there are cores. Rejects where one of them ends before its answer. */
export async function runSeeds(jobs: Iterable<Job>, { broken, onReport, isEnough = () => false, ...options }: SeedOptions): Promise<void> {
  const queue = jobs[Symbol.iterator]();
  const next = (): Job | undefined => {
    const { done, value } = isEnough() ? { done: true, value: undefined } : queue.next();
    return done === true ? undefined : value;
  };
  const work = async (): Promise<void> => {
    for (let job = next(); job !== undefined;) {
      const child = fork(worker, {
        execArgv: ["--import", register, "--max-old-space-size=1500"],
        env: { ...process.env, ...(broken !== undefined && { TASUKI_BROKEN_BUILD: broken }) },
      });
      for (let done = 0; done < jobsPerProcess && job !== undefined; done += 1, job = next()) onReport(await answerOf(child, job));
      child.disconnect();
      await once(child, "exit");
    }
  };
  await Promise.all(Array.from({ length: options.workers ?? availableParallelism() }, work));
}

async function answerOf(child: ChildProcess, job: Job): Promise<Report> {
  child.send(job);
  const ended = new AbortController();
  const died = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`the process that simulates seed ${job.seed} ended with ${String(code)} before it was done`);
  });
  died.catch(() => undefined);
  try {
    const [report] = (await Promise.race([once(child, "message", { signal: ended.signal }), died])) as [Report];
    return report;
  } finally {
    ended.abort();
  }
}
