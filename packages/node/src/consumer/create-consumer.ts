import { createBackoff, type TaskKind } from "@tasuki/protocol";
import { type Notary, type Seal, taskSubjects } from "@tasuki/evidence";
import type { Claimed, TaskRow } from "@tasuki/store";
import { createLoop, retryBounds } from "../loop/create-loop.ts";
import { type AttemptDeps, attemptTask } from "./attempt-task.ts";
import { endLapsedLeases } from "./lapsed-leases.ts";
import { sweepWork } from "./work-folder.ts";

export interface ConsumerDeps extends AttemptDeps {
  readonly limits: AttemptDeps["limits"] & {
    /** Attempts of `work` at once. */
    readonly attemptsAtOnce: number;
    /** Attempts of `run` at once: main's intakes, which hold up no last hop. */
    readonly intakesAtOnce: number;
  };
  /** Ends processes of an earlier boot that carry an attempt's id. */
  readonly sweep: (attemptId: string) => Promise<number>;
  /** Ends the children that earlier boots have left, and resolves with how many there were. */
  readonly begin: () => Promise<number>;
  /** Called when an attempt has ended and its completion is committed. */
  readonly onEnded: (task: string) => void;
}

export interface Consumer extends AsyncDisposable {
  /** Starts to claim: first accepted, first claimed, after a sweep of what earlier boots left. Returns at once. */
  start(): void;
  /**
   * Claims what is due in the commit of this turn, where there is room for a task of this kind. Called in the turn in which one is accepted, so that an
   * idle node takes it up with the very commit that accepts it.
   */
  claimAlong(kind: TaskKind): void;
  /** True while an attempt of a run may be at work: it has not ended, one is just being claimed, or an earlier boot's processes are not swept yet. */
  isAtWork(run: string): boolean;
}

/** Consumer of the queue: claims tasks and makes their attempts, a few at a time. Disposing aborts the attempts and waits for them. */
export function createConsumer(deps: ConsumerDeps): Consumer {
  const { store, notary, clock, random, logger, limits, onEnded, sweep, begin } = deps;
  const running = new Map<Promise<void>, Claimed>();
  let isSwept = false;
  /** Signal of the passes, once the first one has begun to claim. */
  let claiming: AbortSignal | undefined;
  /** True while a claim is under way: the next one has to know what it took. */
  let isClaiming = false;
  let claimedAlong: Promise<void> | undefined;

  const sweepOnce = async (): Promise<void> => {
    isSwept = true;
    try {
      const strays = (await begin()) + (await sweepWork(deps, sweep));
      if (strays > 0) logger.warn({ strays }, "processes of an earlier boot were ended");
    } catch (error) {
      logger.error({ err: error }, "what an earlier boot left could not be swept");
    }
  };
  const kindsWithRoom = (): TaskKind[] => {
    const under = (kind: TaskKind, limit: number): TaskKind[] =>
      [...running.values()].filter(({ row }) => row.payload.kind === kind).length < limit ? [kind] : [];
    return [...under("work", limits.attemptsAtOnce), ...under("run", limits.intakesAtOnce)];
  };
  /** Claims a task of these kinds, and begins its attempt. Resolves with false where none is due, or another claim is under way, which leads to a pass. */
  const claimOne = async (kinds: readonly TaskKind[], signal: AbortSignal): Promise<boolean> => {
    if (isClaiming) return false;
    isClaiming = true;
    try {
      const claimed = await store.claim({ now: clock.now(), leaseMs: limits.leaseMs, kinds }, startedSeal(notary));
      if (claimed === undefined) return false;
      const attempt = attemptTask(deps, claimed, signal).finally(() => {
        running.delete(attempt);
        onEnded(claimed.task);
        loop.wake();
      });
      running.set(attempt, claimed);
      return true;
    } finally {
      isClaiming = false;
    }
  };
  const claimAll = async (signal: AbortSignal): Promise<number> => {
    if (!isSwept) await sweepOnce();
    claiming = signal;
    let now = clock.now();
    let due = await store.dueTasks();
    await endLapsedLeases(deps, { lapse: due.lapse, now, held: [...running.values()] });
    for (let kinds = kindsWithRoom(); !signal.aborted && kinds.length > 0 && due.waiting > 0; kinds = kindsWithRoom()) {
      if (!(await claimOne(kinds, signal))) break;
      now = clock.now();
      due = await store.dueTasks();
    }
    // A task that was due already waits for the end of an attempt.
    const times = [
      ...(due.next !== undefined && due.next > now ? [due.next - clock.now()] : []),
      ...(due.lapse !== undefined && due.lapse >= now ? [due.lapse - clock.now()] : []),
    ];
    return Math.min(...times);
  };

  const loop = createLoop({
    pass: claimAll,
    wakes: (wake) => store.onCommit([{ topic: "task" }], wake),
    backoff: createBackoff({ ...retryBounds, random }),
    logger,
    failure: "no task could be claimed; it is tried again",
  });
  return {
    start: () => loop.start(),
    claimAlong(kind) {
      const kinds = kindsWithRoom();
      if (claiming === undefined || claiming.aborted || isClaiming || !kinds.includes(kind)) return;
      // The task wakes the loop, too: whatever was not claimed here is claimed there.
      claimedAlong = claimOne(kinds, claiming).then(
        () => loop.wake(),
        (error: unknown) => logger.error({ err: error }, "no task could be claimed with the commit that accepts one; it is tried again"),
      );
    },
    isAtWork: (run) => claiming === undefined || isClaiming || [...running.values()].some(({ row }) => row.payload.run === run),
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await claimedAlong;
      await Promise.all(running.keys());
    },
  };
}

/**
 * Seal of a claim. Work is signed to have `started`, for the rung that this proves; main's own tasks (an intake, the last hop) have no such rung, and
 * nobody but main waits for them: of those it is an event that no key signs.
 */
function startedSeal(notary: Notary): (row: TaskRow) => Seal {
  return ({ id, payload, digest, attempt, lastReceipt }) => {
    const facts = { run: payload.run, stage: payload.stage, task: id, epoch: payload.epoch, attempt };
    if (payload.stage === "main") return notary.event("started", facts);
    return notary.receipt({ ...facts, state: "started", prev: lastReceipt, subjects: taskSubjects(payload, digest) });
  };
}
