import { setTimeout as delay } from "node:timers/promises";
import { type Clock, isTasukiError, type Logger } from "@tasuki/protocol";
import type { Claimed, Store } from "@tasuki/store";
import type { Notary } from "@tasuki/evidence";
import { longestTimer } from "../loop/start-timer.ts";
import { afterFailure } from "./after-failure.ts";
import type { Quarantine } from "./quarantine.ts";
import { attemptIdOf, makeWorkFolder, outOf, removeWorkFolder, removeWorkFolders } from "./work-folder.ts";
import type { Failure, Performed, Worker } from "./worker.ts";

export interface AttemptDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly worker: Worker;
  readonly data: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly limits: { readonly attempts: number; readonly leaseMs: number };
  readonly quarantine: Pick<Quarantine, "take">;
}

// Milliseconds between two tries to commit a result for which the disk has no room.
const commitRetryMs = 1_000;

/** Attempts a claimed task: holds its lease, has the work done, and commits the result at once with what follows from it. Resolves once the attempt has ended, however. */
export async function attemptTask(deps: AttemptDeps, claimed: Claimed, nodeSignal: AbortSignal): Promise<void> {
  const { store, notary, clock, random, limits, data } = deps;
  const logger = withIds(deps.logger, claimed);
  const lost = new AbortController();
  const signal = AbortSignal.any([nodeSignal, lost.signal]);
  const stopHolding = holdLease(deps, claimed, lost);
  try {
    const performed = await perform({ ...deps, logger }, claimed, signal);
    if (lost.signal.aborted && !nodeSignal.aborted) {
      logger.info({}, "an attempt lost its lease; what it did counts for nothing");
      return await quarantineOutput(deps, claimed);
    }
    if (signal.aborted) return logger.info({}, "an attempt was cut off by the end of the node");
    if ("failure" in performed) logger.warn({ outcome: performed.failure.outcome, detail: performed.failure.detail }, "an attempt failed");
    const context = { notary, random, attempts: limits.attempts, now: clock.now() };
    const { completion, seal } = "failure" in performed ? afterFailure(claimed, performed.failure, context) : performed;
    const kept = await persist(() => store.complete(claimed, completion, seal), { logger, signal });
    if (!kept) {
      logger.warn({}, "an attempt ended after its lease; its output is not taken");
      await quarantineOutput(deps, claimed);
    }
    if (kept && (completion.state === "produced" || completion.state === "done"))
      await discard(logger, () => removeWorkFolders(data, claimed.task));
  } catch (error) {
    if (!signal.aborted)
      logger.error({ err: error }, "an attempt could not be recorded; its task is taken up again once its lease is over");
  } finally {
    stopHolding();
  }
}

/** Quarantines the output of an attempt whose task another attempt, or a higher epoch, has taken. */
async function quarantineOutput({ data, quarantine, logger }: AttemptDeps, claimed: Claimed): Promise<void> {
  await quarantine.take(claimed.row, { attempt: claimed.attempt, out: outOf(data, claimed) });
  await discard(logger, () => removeWorkFolder(data, claimed));
}

/** Discards work folders. What can't be removed is left, and changes nothing of what the attempt came to. */
async function discard(logger: Logger, remove: () => Promise<void>): Promise<void> {
  await remove().catch((error: unknown) => logger.warn({ err: error }, "a work folder can't be removed, and is left"));
}

async function perform(deps: AttemptDeps, claimed: Claimed, signal: AbortSignal): Promise<Performed> {
  const { worker, limits, logger } = deps;
  const { kind, stage } = claimed.row.payload;
  // Each attempt was cut off with its node: a task that may do that is looked at by a person, not tried for ever. The last hop runs nothing that could.
  if (kind === "work" && stage !== "main" && claimed.attempt > limits.attempts) return { failure: parked(claimed.attempt - 1) };
  let folder: string | undefined;
  try {
    folder = await makeWorkFolder(deps, claimed);
    const progress = (note?: string): void => logger.debug({ note }, "an attempt makes progress");
    return await worker.perform(claimed, { attemptId: attemptIdOf(claimed), folder, signal, progress });
  } catch (error) {
    if (!signal.aborted) logger.error({ err: error }, "an attempt ended with an error");
    const detail = `the attempt ended with an error: ${error instanceof Error ? error.message : String(error)}`;
    return { failure: { outcome: "failed", detail, ...(folder === undefined && isInputGone(error) && { final: true }) } };
  }
}

/** True where bytes of an input were changed: the store has moved them away, so another attempt would find nothing, and say that instead of this. */
function isInputGone(error: unknown): boolean {
  return isTasukiError(error) && (error.code === "digest_mismatch" || error.code === "not_found");
}

function parked(attempts: number): Failure {
  return { outcome: "cancelled", detail: `all attempts (${attempts}) were cut off by the end of the node, and none came to a result` };
}

/** Holds the lease of an attempt: renews it, and aborts `lost` once another epoch or attempt has the task. Returns the way to stop. */
function holdLease({ store, clock, logger, limits: { leaseMs } }: AttemptDeps, claimed: Claimed, lost: AbortController): () => void {
  const lose = (): void => lost.abort(new Error("the lease of the attempt is lost"));
  const renew = (): void =>
    void store.renew(claimed, clock.now() + leaseMs).then(
      (held) => (held ? undefined : lose()),
      (error: unknown) => logger.warn({ task: claimed.task, err: error }, "a lease could not be renewed now"),
    );
  const timer = setInterval(renew, Math.min(leaseMs / 3, longestTimer));
  const look = async (): Promise<void> => {
    const row = await store.task(claimed.task);
    if (row?.state !== "running" || row.attempt !== claimed.attempt) lose();
  };
  const stop = store.onCommit([{ topic: "task", task: claimed.task }], () => {
    // A store that can't be read has failed, and ends the node.
    look().catch((error: unknown) => logger.warn({ task: claimed.task, err: error }, "the task of an attempt could not be looked at"));
  });
  return () => {
    clearInterval(timer);
    stop();
  };
}

async function persist<Result>(work: () => Promise<Result>, { logger, signal }: { logger: Logger; signal: AbortSignal }): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTasukiError(error) || error.code !== "disk_full") throw error;
      logger.error({ err: error }, "the result of an attempt can't be kept for want of room; it is tried again");
      await delay(commitRetryMs, undefined, { signal });
    }
  }
}

function withIds(logger: Logger, { task, attempt, row }: Claimed): Logger {
  const ids = { run: row.payload.run, task, attempt };
  return {
    debug: (fields, message) => logger.debug({ ...ids, ...fields }, message),
    info: (fields, message) => logger.info({ ...ids, ...fields }, message),
    warn: (fields, message) => logger.warn({ ...ids, ...fields }, message),
    error: (fields, message) => logger.error({ ...ids, ...fields }, message),
  };
}
