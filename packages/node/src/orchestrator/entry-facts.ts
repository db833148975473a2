import { carriedTo, directionOf, isFileOf, type Pipeline, type Receipt, type ReceiptStatement, roleOf } from "@tasuki/protocol";
import { isOverTask, type KnownMessages, type KnownTask, textOf } from "@tasuki/evidence";
import type { FlowEvent } from "@tasuki/flow";
import type { TextRow } from "@tasuki/store";
import type { ReadReceipt } from "./known-messages.ts";
import type { RunFact } from "./run-steps.ts";

/** Node whose feed is read. */
export interface FeedOf {
  readonly node: string;
  readonly role: string;
  /** Installation that is followed; absent for main's own feed. */
  readonly instance?: string;
}

/** True for a receipt about a task that its node took. A refusal leaves no task behind, and the remaining states are for main alone to say. */
export function isOfTask({ predicate }: ReceiptStatement): boolean {
  switch (predicate.state) {
    case "accepted":
    case "fenced":
    case "archived":
    case "started":
    case "produced":
    case "blocked":
      return true;
    case "rejected":
    case "verified":
    case "closed":
    case "failed":
    case "cancelled":
      return predicate.role === "main";
  }
}

/** Fact that a receipt is to its run, read with the tasks and texts that are beside it in its entry; none, of a nudge. */
export function toReceiptFact(
  { statement, digest }: ReadReceipt,
  { tasks, texts }: { readonly tasks: readonly KnownTask[]; readonly texts: readonly TextRow[] },
  { pipeline, known, route }: { readonly pipeline: Pipeline; readonly known: KnownMessages; readonly route: readonly string[] },
): RunFact[] {
  const receipt = withReason(withDirection(statement.predicate, pipeline), texts);
  const hasNoFiles = receipt.state === "produced" && isOverTask(statement, known);
  const subjects = (hasNoFiles ? [] : statement.subject).map(({ name, digest: { sha256 } }) => ({ name, sha256 }));
  const answered = receipt.state === "accepted" && receipt.prev !== undefined ? known.task(receipt.prev)?.payload : undefined;
  // A `nudge` that was accepted says nothing about the stage.
  if (answered?.kind === "nudge") return [];
  const follows = answered?.prev;
  const handed = receipt.state === "produced" ? tasks.find((task) => task.payload.prev === digest) : undefined;
  const outputs = (handed?.payload.attachments ?? []).filter((attachment) =>
    subjects.some((subject) => subject.name === attachment.name && subject.sha256 === attachment.sha256),
  );
  const carried = receipt.state === "produced" && carriedOn(receipt.stage, subjects, { pipeline, route });
  const event: FlowEvent = {
    is: "receipt",
    receipt,
    digest,
    subjects,
    outputs,
    ...(carried && { carried }),
    ...(follows !== undefined && { follows }),
  };
  return [{ run: receipt.run, event }];
}

/** Names of a result's files that a hand-off to the stage after it carries. */
function carriedOn(
  stage: string,
  files: readonly { readonly name: string }[],
  { pipeline, route }: { readonly pipeline: Pipeline; readonly route: readonly string[] },
): readonly string[] {
  const carried = carriedTo(pipeline, route[route.indexOf(stage) + 1] ?? "main");
  return files.map(({ name }) => name).filter((name) => carried.some(({ versions }) => versions.some((one) => isFileOf(one, name))));
}

/** A `work` task that the feed's node itself sends on. */
export function toDispatched({ payload }: KnownTask, { feed, at }: { feed: FeedOf; at: string | undefined }): RunFact[] {
  if (payload.kind !== "work" || payload.from !== feed.role || payload.to === "main") return [];
  const { run, stage, epoch, id: task, from, prev, grant } = payload;
  const about = { ...(prev !== undefined && { follows: prev }), ...(grant === undefined && { ungranted: true }) };
  const time = Date.parse(at ?? new Date(0).toISOString());
  return [{ run, event: { is: "dispatched", stage, epoch, task, from, at: time, ...about } }];
}

/** Receipt with the text that is beside it as its `reason`, as receipts of earlier releases have it. */
function withReason(receipt: Receipt, texts: readonly TextRow[]): Receipt {
  const reason = textOf(receipt, new Map(texts.map(({ sha256, text }) => [sha256, text])));
  return reason === undefined ? receipt : { ...receipt, reason };
}

/**
 * Receipt with the direction that its word has in the pipeline. Nodes of the first releases say the word alone; and where a node says a direction
 * that its word does not have, or the pipeline does not know the word, there is none.
 */
function withDirection(receipt: Receipt, pipeline: Pipeline): Receipt {
  const { decision, direction: said, ...rest } = receipt;
  const role = decision === undefined ? undefined : roleOf(pipeline, receipt.role);
  if (role === undefined || decision === undefined) return receipt;
  const direction = directionOf(role, decision);
  return { ...rest, decision, ...(direction !== undefined && (said ?? direction) === direction && { direction }) };
}
