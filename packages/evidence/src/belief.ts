import { parseMessage, type Receipt, type ReceiptStatement, TaskPayload } from "@tasuki/protocol";
import type { Subject } from "./receipt.ts";

/** A task whose sender's signature was verified. */
export interface KnownTask {
  readonly payload: TaskPayload;
  /** SHA-256 of the payload's bytes, which `prev` of the first receipt names. */
  readonly digest: string;
}

/** A task out of a payload's bytes. Throws `malformed_message`, with what is wrong as `unmet`. */
export function parseTask(bytes: Uint8Array): TaskPayload {
  return parseMessage(bytes, TaskPayload, "task");
}

/** The tasks and receipts about a run whose signatures were verified, by the SHA-256 of their payloads. */
export interface KnownMessages {
  task(digest: string): KnownTask | undefined;
  receipt(digest: string): ReceiptStatement | undefined;
}

/**
 * The reason why a receipt does not count, for people; undefined where it counts. A first receipt is judged against its task by
 * `doubtAbout`. A later one follows from the receipt before it of the same task, and counts only if that one does, back to the first:
 * otherwise a node that never took a task could sign that it started it.
 */
export function doubtOf(receipt: ReceiptStatement, known: KnownMessages): string | undefined {
  for (let at = receipt; ;) {
    const { prev, state, node, role, run, stage, task, epoch } = at.predicate;
    if (isAcceptance(state)) return doubtAbout(at, prev === undefined ? undefined : known.task(prev));
    const before = prev === undefined ? undefined : known.receipt(prev);
    if (before === undefined) return "it follows from no receipt that is known";
    const is = before.predicate;
    const isOfSame = is.node === node && is.role === role && is.run === run && is.stage === stage && is.task === task && is.epoch === epoch;
    if (!isOfSame) return "it follows from a receipt about something else";
    at = before;
  }
}

/**
 * The reason why a first receipt of a task does not count, for people; undefined where it counts. The receipt must be the acceptance of
 * `task`: it names that task by its digest, comes from the role and node that the task was sent to, repeats its id, run, stage and epoch, and is
 * over exactly its files. `task` is undefined where no task of that digest is known, which is reason enough: a node's word that it
 * accepted something proves nothing about what nobody is known to have sent. Signatures are verified before, by `readReceipt` and
 * `verifyEnvelope`.
 */
export function doubtAbout({ subject, predicate }: ReceiptStatement, task: KnownTask | undefined): string | undefined {
  if (task === undefined) return "it follows from no task that is known to have been sent";
  const { payload, digest } = task;
  if (predicate.prev !== digest) return "it does not follow from the task that was sent";
  const { task: id, run, stage, epoch, role, state } = predicate;
  if (id !== payload.id || run !== payload.run || stage !== payload.stage || epoch !== payload.epoch || role !== payload.to)
    return "it is about something else";
  const placed = payload.nodes?.[payload.to];
  if (placed !== undefined && placed !== predicate.node) return "it comes from another node than the task was sent to";
  if (state !== acceptanceOf(payload.kind)) return `it says '${state}'`;
  // A hand-off is proven by what it follows from: work that names nothing hands nothing on.
  if (payload.kind === "work" && payload.prev === undefined) return "its task does not say what it follows from";
  const files = acceptedSubjects(payload, digest);
  const named = new Map(subject.map((one) => [one.name, one.digest.sha256]));
  const isOverAll = subject.length === files.length && files.every(({ name, sha256 }) => named.get(name) === sha256);
  return isOverAll ? undefined : "it is not over the very files of the task";
}

/** The state of the first receipt by which a node takes a task. A `cancel` and a `close` have done what they ask for once they are committed. */
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

const acceptances: readonly Receipt["state"][] = ["accepted", "fenced", "archived"];

function isAcceptance(state: Receipt["state"]): boolean {
  return acceptances.includes(state);
}

/** The subjects of the receipt by which a task is taken: of a `close`, the bundle. */
export function acceptedSubjects(payload: TaskPayload, digest: string): readonly Subject[] {
  return payload.kind === "close" && payload.bundle !== undefined
    ? [{ name: "manifest-sha256.txt", sha256: payload.bundle }]
    : taskSubjects(payload, digest);
}

/** The subjects of any other receipt about a task: its files (of a result, those of the result), or the task document itself where there are none. */
export function taskSubjects({ attachments }: { readonly attachments: readonly Subject[] }, digest: string): readonly Subject[] {
  return attachments.length === 0 ? [{ name: "task", sha256: digest }] : attachments.map(({ name, sha256 }) => ({ name, sha256 }));
}

/** True for a receipt over the document of its task, as `taskSubjects` has it where there are no files. */
export function isOverTask({ subject, predicate }: ReceiptStatement, known: Pick<KnownMessages, "task">): boolean {
  const [only, ...more] = subject;
  return only?.name === "task" && more.length === 0 && known.task(only.digest.sha256)?.payload.id === predicate.task;
}
