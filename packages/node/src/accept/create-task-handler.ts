import {
  type Clock,
  type Envelope,
  isTasukiError,
  type Judge,
  type Pipeline,
  type ProblemCode,
  type TaskPayload,
  TasukiError,
} from "@tasuki/protocol";
import type { Accepted, AcceptRequest, DiskFloor, RunRow, Store } from "@tasuki/store";
import { type BusHandlers, type Caller, takenContracts, type TaskRequest } from "@tasuki/bus";
import { acceptanceOf, acceptedSubjects, type FreeText, type Notary, type Seal } from "@tasuki/evidence";
import { type BroughtFiles, checkBrought, readBrought } from "./brought-files.ts";
import { checkAttachments, checkInputs } from "./check-attachments.ts";
import { checkGrant } from "./check-grant.ts";
import { checkBrief, checkProfile, checkRoute, checkSources } from "./check-run.ts";
import { checkTask, type CheckTaskDeps } from "./check-task.ts";
import { describeRun, nothingHere } from "./describe-run.ts";
import { type IncomingTask, readTask, type ReadTaskDeps } from "./read-task.ts";
import { createRejections } from "./rejections.ts";

export interface TaskHandlerDeps extends Omit<ReadTaskDeps, "epochOf"> {
  readonly node: string;
  readonly role: string;
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly notary: Notary;
  readonly clock: Clock;
  readonly diskFloor: DiskFloor;
  readonly judge: Judge;
  /** Number of tasks of one sender that may wait. */
  readonly queueLimit: number;
  /** True while an attempt of a run may be at work on this node. */
  readonly isAtWork: (run: string) => boolean;
  readonly runs?: CheckTaskDeps["runs"] & {
    /** Makes the row of a run that is being accepted. */
    newRun(payload: TaskPayload, context: { now: number; brief: string }): RunRow;
  };
  /** Called after the commit of each task that is new here. */
  readonly onAccepted: (payload: TaskPayload) => void;
}

/** Parts of a task that a check has read or made. */
interface Checked {
  /** Text of the brief of a `run`. */
  readonly brief?: string;
  /** Description of what the node has of the run, in answer to a `nudge`. */
  readonly says?: string;
  /** Room for it on the disk; whoever has it disposes of it. */
  readonly room?: Disposable;
  /** Main's word for work that another role hands on. */
  readonly proof?: AcceptRequest["proof"];
  /** Files that came with it. */
  readonly brought?: BroughtFiles;
}

/** Seconds after which a full queue is worth another try. */
const fullRetryAfter = 5;
// Codes that refuse nothing for good: the sender brings the files.
const passing: readonly ProblemCode[] = ["attachments_missing"];

/** Handles tasks: replay before anything else, then every check, then one commit, then the answer. A refused task changes nothing. */
export function createTaskHandler(deps: TaskHandlerDeps): BusHandlers["task"] {
  const { role, pipeline, store, clock, onAccepted } = deps;
  const epochOf = async (run: string): Promise<number> => (await store.run(run))?.epoch ?? 0;
  const taken = takenContracts(pipeline, role);
  const rejections = createRejections(deps);

  const check = async ({ payload, digest, signed }: IncomingTask, request: TaskRequest, caller: Caller): Promise<Checked> => {
    const blobs = payload.attachments.map(({ sha256 }) => sha256);
    const grounds = await store.grounds({ task: payload.id, run: payload.run, blobs });
    const known = grounds.task;
    // A copy of the task was accepted while this one was read: its receipt is the answer.
    if (known?.digest === digest) return {};
    if (known !== undefined)
      throw new TasukiError("task_conflict", `Task ${payload.id} is known here with other content; give a new task a new id.`);
    checkTask(payload, { caller, grounds, isSigned: signed, ...(request.budgetMs !== undefined && { budgetMs: request.budgetMs }) }, deps);
    const proof = await checkGrant(payload, grounds, deps);
    if (payload.kind === "work") checkInputs(payload, pipeline);
    if (payload.kind === "run") checkProfile(payload, pipeline);
    if (payload.kind === "run") checkSources(payload);
    const brought = readBrought(request.files ?? [], payload, { blobs: grounds.blobs, store });
    checkAttachments(payload.attachments, taken, brought.blobs);
    await checkBrought(brought, payload, { ...deps, caller, taken });
    if (payload.kind === "work") await checkRoute(payload, { ...deps, blobs: brought });
    const brief = payload.kind === "run" ? await checkBrief(payload, { ...deps, blobs: brought }) : undefined;
    const says = payload.kind === "nudge" ? await describe(payload.run, grounds.epoch) : undefined;
    const room = await deps.diskFloor.reserve(writtenOf(request, brought));
    return {
      room,
      brought,
      ...(brief !== undefined && { brief }),
      ...(says !== undefined && { says }),
      ...(proof !== undefined && { proof }),
    };
  };
  const describe = async (run: string, epoch: number): Promise<string> =>
    epoch === 0 ? nothingHere : describeRun(await store.statusOf({ run }));

  const commit = (
    task: IncomingTask,
    { envelope, traceparent }: TaskRequest,
    { caller, brief, says, proof, brought }: Checked & { caller: Caller },
  ) => {
    const { payload, digest } = task;
    const now = clock.now();
    const run = brief === undefined ? undefined : deps.runs?.newRun(payload, { now, brief });
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
        ...(proof !== undefined && { proof }),
        ...(brought !== undefined && { blobs: brought.all }),
      },
      acceptanceSeal(deps, task, {
        envelope,
        caller,
        ...(says !== undefined && { text: { code: "nudge", text: says } }),
      }),
    );
  };

  return async (request, caller) => {
    const replay = await knownTask(request, store);
    const task = replay ?? (await readTask(request, caller, { ...deps, epochOf }));
    const { payload, digest } = task;
    try {
      const checked: Checked = replay === undefined ? await check(task, request, caller) : {};
      using _ = checked.room;
      const accepted = await commit(task, request, { caller, ...checked });
      const answer = answerOf(accepted, payload);
      const { replayed } = answer;
      if (!replayed) onAccepted(payload);
      return { task: payload.id, run: payload.run, ...answer };
    } catch (error) {
      // A task that a peer signed is refused by a signature; a script's request by the answer alone.
      if (isTasukiError(error) && task.signed && !error.retryable && !passing.includes(error.code))
        await rejections.record({ payload, digest, caller, error });
      throw error;
    }
  };
}

/** Bytes that a task takes on the disk: its envelope, its payload and its files, each in the write-ahead log and then in the database. */
function writtenOf({ envelope }: TaskRequest, { size }: BroughtFiles): number {
  return 4 * envelope.payload.length + 2 * size;
}

/**
 * Seal of a task's first receipt, together with the task. That of a `cancel` says whether anything of the run is still at work; it is asked in the
 * transaction, after which nothing of the run begins any more.
 */
function acceptanceSeal(
  { notary, isAtWork }: Pick<TaskHandlerDeps, "notary" | "isAtWork">,
  { payload, digest, signed }: IncomingTask,
  about: { envelope: Envelope; caller: Caller; text?: FreeText },
): Seal {
  const { run, stage, id: task, epoch, kind } = payload;
  return (index) =>
    notary.receipt(
      {
        run,
        stage,
        task,
        epoch,
        attempt: 0,
        state: acceptanceOf(kind),
        peer: about.caller.principal,
        prev: digest,
        signed,
        ...(kind === "cancel" && { outcome: isAtWork(run) ? "running" : "ended" }),
        ...(about.text && { text: about.text }),
        subjects: acceptedSubjects(payload, digest),
      },
      [about.envelope],
    )(index);
}

/** Task that was accepted before, known by its id and its exact bytes: it is answered again whatever has happened since. */
async function knownTask({ id, digest, envelope }: TaskRequest, store: Pick<Store, "task">): Promise<IncomingTask | undefined> {
  const row = id === undefined ? undefined : await store.task(id);
  return row?.digest === digest ? { payload: row.payload, digest: row.digest, signed: envelope.signatures.length > 0 } : undefined;
}

function answerOf(accepted: Accepted, { id, run, stage }: TaskPayload) {
  switch (accepted.is) {
    case "accepted":
    case "replayed":
      return {
        receipt: accepted.receipt,
        ...(accepted.texts && { texts: [...accepted.texts] }),
        replayed: accepted.is === "replayed",
      };
    case "conflict":
      throw new TasukiError("task_conflict", `Task ${id} is known here with other content; give a new task a new id.`);
    case "missing":
      throw new TasukiError("attachments_missing", "Upload these files first, then send the task again.", { missing: accepted.digests });
    case "stale":
      throw new TasukiError("stale_epoch", `Run ${run} is at epoch ${accepted.epoch} here.`, { epoch: accepted.epoch });
    case "archived":
      throw new TasukiError("stale_epoch", `Run ${run} was archived here at epoch ${accepted.epoch}: its work is over.`, {
        epoch: accepted.epoch,
      });
    case "taken":
      throw new TasukiError("stage_taken", `Stage '${stage}' of run ${run} has another task at this epoch: ${accepted.by}.`);
    case "full":
      throw new TasukiError("queue_full", "As many tasks of this sender wait here as may.", { retryAfter: fullRetryAfter });
  }
}
