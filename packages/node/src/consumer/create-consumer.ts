import { createBackoff } from "@tasuki/protocol";
import { type Notary, type Seal, taskSubjects } from "@tasuki/evidence";
import type { TaskRow } from "@tasuki/store";
import { createLoop, retryBounds } from "../loop/create-loop.ts";
import { type AttemptDeps, attemptTask } from "./attempt-task.ts";
import { sweepWork } from "./work-folder.ts";

export interface ConsumerDeps extends AttemptDeps {
  readonly limits: AttemptDeps["limits"] & { readonly attemptsAtOnce: number };
  /** Ends processes of an earlier boot that carry an attempt's id. */
  readonly sweep: (attemptId: string) => Promise<number>;
  /** Called when an attempt has ended and its completion is committed. */
  readonly onEnded: (task: string) => void;
}

export interface Consumer extends AsyncDisposable {
  /** Starts to claim: first accepted, first claimed, after a sweep of what earlier boots left. Returns at once. */
  start(): void;
}

/** Consumer of the queue: claims tasks and makes their attempts, a few at a time. Disposing aborts the attempts and waits for them. */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const { store, notary, clock, random, logger, limits, onEnded, sweep } = deps;
  const running = new Set<Promise<void>>();
  let isSwept = false;

  const sweepOnce = async (): Promise<void> => {
    isSwept = true;
    try {
      const strays = await sweepWork(deps, sweep);
      if (strays > 0) logger.warn({ strays }, "processes of an earlier boot were ended");
    } catch (error) {
      logger.error({ err: error }, "what an earlier boot left could not be swept");
    }
  };
  const claimAll = async (signal: AbortSignal): Promise<number | undefined> => {
    if (!isSwept) await sweepOnce();
    let now = clock.now();
    while (!signal.aborted && running.size < limits.attemptsAtOnce && store.queue().waiting > 0) {
      const claimed = await store.claim({ now, leaseMs: limits.leaseMs }, startedSeal(notary));
      if (claimed === undefined) break;
      const attempt = attemptTask(deps, claimed, signal).finally(() => {
        running.delete(attempt);
        onEnded(claimed.task);
        loop.wake();
      });
      running.add(attempt);
      now = clock.now();
    }
    const due = store.nextDue();
    // A due time that was past already wakes nothing: it is an outbox row's, or the task waits for the end of an attempt.
    return due !== undefined && due > now ? due - clock.now() : undefined;
  };
  const loop = createLoop({
    pass: claimAll,
    wakes: (wake) => store.onCommit(wake),
    backoff: createBackoff({ ...retryBounds, random }),
    logger,
    failure: "no task could be claimed; it is tried again",
  });
  return {
    start: () => loop.start(),
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await Promise.all(running);
    },
  };
}

function startedSeal(notary: Notary): (row: TaskRow) => Seal {
  return ({ id, payload, digest, attempt, lastReceipt }) =>
    notary.receipt({
      run: payload.run,
      stage: payload.stage,
      task: id,
      epoch: payload.epoch,
      attempt,
      state: "started",
      prev: lastReceipt,
      subjects: taskSubjects(payload, digest),
    });
}
