import type { Execution, Executor, ExecutorContext, Job } from "@tasuki/protocol";
import { startTimer } from "../loop/start-timer.ts";

/** Milliseconds in which an executor may end by itself what it was told to end. */
const graceMs = 5_000;

/**
 * Executes a job within its `startToClose`. Executors keep that limit themselves; one that doesn't, and hangs, is given up, so that it
 * blocks its stage and not the node. Resolves with how the execution ended, also where the executor throws.
 */
export async function executeWithin(executor: Executor, job: Job, context: ExecutorContext): Promise<Execution> {
  const overdue = new AbortController();
  const signal = AbortSignal.any([context.signal, overdue.signal]);
  const givenUp = Promise.withResolvers<Execution>();
  const ended = (outcome: "timed-out" | "cancelled", detail: string): Execution => ({
    outcome,
    producer: executor.name,
    detail,
    files: [],
  });
  const late = (): Execution => ended("timed-out", `the executor '${executor.name}' did not end within ${job.startToClose} ms`);
  let stopGrace = (): void => undefined;
  const whenAborted = (): void => {
    const result = overdue.signal.aborted ? late() : ended("cancelled", `the executor '${executor.name}' did not end when it was told to`);
    stopGrace = startTimer(Math.min(graceMs, job.startToClose), () => givenUp.resolve(result));
  };
  signal.addEventListener("abort", whenAborted, { once: true });
  if (signal.aborted) whenAborted();
  const limitMs = job.startToClose + Math.min(graceMs, job.startToClose);
  const stopLimit = startTimer(limitMs, () => overdue.abort(new Error("startToClose is over")));
  try {
    const working = executor.execute(job, { ...context, signal }).catch((error: unknown): Execution => thrown(executor, error));
    const execution = await Promise.race([working, givenUp.promise]);
    return overdue.signal.aborted && execution.outcome === "cancelled" ? late() : execution;
  } catch (error) {
    return thrown(executor, error);
  } finally {
    stopLimit();
    stopGrace();
    signal.removeEventListener("abort", whenAborted);
  }
}

function thrown(executor: Executor, error: unknown): Execution {
  const text = error instanceof Error ? error.message : String(error);
  return { outcome: "failed", producer: executor.name, detail: `the executor '${executor.name}' threw: ${text}`, files: [] };
}
