import type { Seal, TaskRow } from "@tasuki/store";
import type { Notary } from "../node/notary.ts";
import { taskSubjects } from "../node/task-subjects.ts";
import { type AttemptDeps, runAttempt } from "./run-attempt.ts";
import { sweepWork } from "./work-folder.ts";

export interface ConsumerDeps extends AttemptDeps {
  readonly limits: AttemptDeps["limits"] & { readonly attemptsAtOnce: number };
  /** Ends processes of an earlier boot that carry an attempt's id. */
  readonly sweep: (attemptId: string) => Promise<number>;
  /** Called when an attempt has ended and what it came to is committed. */
  readonly onEnded: (task: string) => void;
}

export interface Consumer extends AsyncDisposable {
  /** Sweeps what earlier boots left, then claims what waits, first accepted, first claimed. Returns at once. */
  start(): void;
}

/** Claims tasks and runs their attempts, a few at a time. Wakes on each commit and when a delayed task is due; disposing aborts what runs and waits for it. */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const { store, notary, clock, logger, limits, onEnded, sweep } = deps;
  const ended = new AbortController();
  const running = new Set<Promise<void>>();
  let stopWaking = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  let claiming: Promise<void> | undefined;
  let again = false;

  const claimAll = async (): Promise<void> => {
    do {
      again = false;
      while (!ended.signal.aborted && running.size < limits.attemptsAtOnce && store.queue().waiting > 0) {
        const claimed = await store.claim({ now: clock.now(), leaseMs: limits.leaseMs }, startedSeal(notary));
        if (claimed === undefined) break;
        const attempt = runAttempt(deps, claimed, ended.signal).finally(() => {
          running.delete(attempt);
          onEnded(claimed.task);
          wake();
        });
        running.add(attempt);
      }
    } while (again && !ended.signal.aborted);
    setTimer();
  };
  const wake = (): void => {
    again = true;
    if (ended.signal.aborted || claiming !== undefined) return;
    claiming = claimAll()
      .catch((error: unknown) => logger.error({ err: error }, "no task could be claimed; it is tried again at the next commit"))
      .finally(() => (claiming = undefined));
  };
  const setTimer = (): void => {
    clearTimeout(timer);
    const due = store.nextDue();
    const wait = due === undefined ? 0 : due - clock.now();
    if (wait > 0 && !ended.signal.aborted) timer = setTimeout(wake, Math.min(wait + 1, 60_000));
  };
  const begin = async (): Promise<void> => {
    try {
      const strays = await sweepWork(deps, sweep);
      if (strays > 0) logger.warn({ strays }, "processes of an earlier boot were ended");
    } catch (error) {
      logger.error({ err: error }, "what an earlier boot left could not be swept");
    }
    if (ended.signal.aborted) return;
    stopWaking = store.onCommit(wake);
    wake();
  };

  let beginning: Promise<void> | undefined;
  return {
    start() {
      beginning ??= begin();
    },
    async [Symbol.asyncDispose]() {
      ended.abort(new Error("the node stops"));
      stopWaking();
      await beginning;
      await claiming;
      clearTimeout(timer);
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
