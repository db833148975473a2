import { type Clock, Id, isTasukiError, type Pipeline, type ProblemCode, type TaskPayload, TasukiError } from "@tasuki/contracts";
import type { Accepted, RunRow, Store } from "@tasuki/store";
import { z } from "zod";
import type { BusHandlers, TaskRequest } from "../bus/bus-handlers.ts";
import { takenContracts } from "../bus/taken-contracts.ts";
import type { Caller } from "../identity/identity.ts";
import type { DiskFloor } from "../node/disk-floor.ts";
import type { Notary } from "../node/notary.ts";
import { acceptanceSeal } from "./acceptance-seal.ts";
import { checkAttachments, checkInputs } from "./check-attachments.ts";
import { checkRoute, readBrief } from "./check-run.ts";
import { checkTask } from "./check-task.ts";
import { digestOf, type IncomingTask, readTask, type ReadTaskDeps } from "./read-task.ts";
import { createRejections } from "./rejections.ts";
import { standingOf } from "./standing.ts";

export interface TaskHandlerDeps extends ReadTaskDeps {
  readonly role: string;
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly notary: Notary;
  readonly isInRoster: (role: string) => boolean;
  readonly clock: Clock;
  readonly diskFloor: DiskFloor;
  /** Tasks that may wait. */
  readonly queueLimit: number;
  /** Main only: the row of a run that is being accepted. */
  readonly newRun?: (payload: TaskPayload, context: { now: number; brief: string }) => RunRow;
  /** Called after the commit of each task that is new here. */
  readonly onAccepted: (payload: TaskPayload) => void;
}

/** Seconds after which a full queue is worth another try. */
const fullRetryAfter = 5;
// Not refused for good: the sender brings the files.
const passing: readonly ProblemCode[] = ["attachments_missing"];

/** Accepts tasks: replay before anything else, then every check, then one commit, then the answer. What is refused changes nothing. */
export function createTaskHandler(deps: TaskHandlerDeps): BusHandlers["task"] {
  const { role, pipeline, store, clock, onAccepted } = deps;
  const taken = takenContracts(pipeline, role);
  const rejections = createRejections(deps);

  const check = async ({ payload, digest }: IncomingTask, request: TaskRequest, caller: Caller): Promise<{ brief?: string }> => {
    const known = store.task(payload.id);
    // A copy of it was accepted while this one was read: its receipt is the answer.
    if (known?.digest === digest) return {};
    if (known !== undefined)
      throw new TasukiError("task_conflict", `Task ${payload.id} is known here with other content; give a new task a new id.`);
    checkTask(payload, { caller, ...(request.budgetMs !== undefined && { budgetMs: request.budgetMs }) }, deps);
    if (payload.kind === "work") checkInputs(payload, pipeline);
    checkAttachments(payload.attachments, taken, store);
    if (payload.kind === "work") await checkRoute(payload, { blobs: store.blobs, pipeline, isInRoster: deps.isInRoster });
    const brief = payload.kind === "run" ? await readBrief(payload, { blobs: store.blobs, pipeline }) : undefined;
    await deps.diskFloor.demand();
    return brief === undefined ? {} : { brief };
  };

  const commit = (task: IncomingTask, { envelope, traceparent }: TaskRequest, { caller, brief }: { caller: Caller; brief?: string }) => {
    const { payload, digest } = task;
    const now = clock.now();
    const run = brief === undefined ? undefined : deps.newRun?.(payload, { now, brief });
    return store.accept(
      {
        payload,
        digest,
        envelope,
        from: caller.principal,
        now,
        queueLimit: deps.queueLimit,
        ...(traceparent !== undefined && { traceparent }),
        ...(run !== undefined && { run }),
      },
      acceptanceSeal(deps.notary, task, {
        envelope,
        caller,
        ...(payload.kind === "nudge" && { reason: standingOf(store, payload.run) }),
      }),
    );
  };

  return async (request, caller) => {
    const replay = knownTask(request, store);
    const task = replay ?? (await readTask(request, caller, deps));
    const { payload, digest } = task;
    try {
      const { brief } = replay === undefined ? await check(task, request, caller) : {};
      const accepted = await commit(task, request, { caller, ...(brief !== undefined && { brief }) });
      const { receipt, replayed } = answerOf(accepted, payload);
      if (!replayed) onAccepted(payload);
      return { task: payload.id, run: payload.run, receipt, replayed };
    } catch (error) {
      // A script's request is refused by its answer alone; what a peer signed is refused by a signature.
      if (isTasukiError(error) && task.signed && !error.retryable && !passing.includes(error.code))
        await rejections.record({ payload, digest, caller, error });
      throw error;
    }
  };
}

const Named = z.looseObject({ id: Id });

/** A task that was accepted before, by its id and its exact bytes: answered again whatever has happened since. */
function knownTask({ payload, envelope }: TaskRequest, store: Pick<Store, "task">): IncomingTask | undefined {
  const named = Named.safeParse(JSON.parse(payload.toString("utf8")));
  const row = named.success ? store.task(named.data.id) : undefined;
  return row?.digest === digestOf(payload)
    ? { payload: row.payload, digest: row.digest, signed: envelope.signatures.length > 0 }
    : undefined;
}

function answerOf(accepted: Accepted, { id, run, stage }: TaskPayload) {
  switch (accepted.is) {
    case "accepted":
    case "replayed":
      return { receipt: accepted.receipt, replayed: accepted.is === "replayed" };
    case "conflict":
      throw new TasukiError("task_conflict", `Task ${id} is known here with other content; give a new task a new id.`);
    case "missing":
      throw new TasukiError("attachments_missing", "Upload these files first, then send the task again.", { missing: accepted.digests });
    case "stale":
      throw new TasukiError("stale_epoch", `Run ${run} is at epoch ${accepted.epoch} here.`, { epoch: accepted.epoch });
    case "taken":
      throw new TasukiError("stage_taken", `Stage '${stage}' of run ${run} has another task at this epoch: ${accepted.by}.`);
    case "full":
      throw new TasukiError("queue_full", "As many tasks wait here as may.", { retryAfter: fullRetryAfter });
  }
}
