import type { Envelope, Receipt, TaskPayload } from "@tasuki/contracts";
import type { Seal } from "@tasuki/store";
import type { Caller } from "../identity/identity.ts";
import type { Notary } from "../node/notary.ts";
import { taskSubjects } from "../node/task-subjects.ts";
import type { IncomingTask } from "./read-task.ts";

/** How the first receipt of a task says that it was taken. A `cancel` and a `close` have done what they ask for once they are committed. */
export function acceptanceOf(kind: TaskPayload["kind"]): Receipt["state"] {
  switch (kind) {
    case "run":
    case "work":
    case "nudge":
      return "accepted";
    case "cancel":
      return "fenced";
    case "close":
      return "archived";
  }
}

/** What the first receipt of a task acknowledges: of a `close`, the bundle. */
export function acceptedSubjects(payload: TaskPayload, digest: string): readonly { name: string; sha256: string }[] {
  return payload.kind === "close" && payload.bundle !== undefined
    ? [{ name: "manifest-sha256.txt", sha256: payload.bundle }]
    : taskSubjects(payload, digest);
}

/** The first receipt of a task, with the task that it answers. */
export function acceptanceSeal(
  notary: Notary,
  { payload, digest, signed }: IncomingTask,
  about: { envelope: Envelope; caller: Caller; reason?: string },
): Seal {
  const { run, stage, id: task, epoch, kind } = payload;
  return notary.receipt(
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
      ...(about.reason !== undefined && { reason: about.reason }),
      subjects: acceptedSubjects(payload, digest),
    },
    [about.envelope],
  );
}
