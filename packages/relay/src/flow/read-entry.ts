import {
  type Envelope,
  type FeedEntry,
  isTasukiError,
  type Logger,
  receiptPayloadType,
  ReceiptStatement,
  type TaskPayload,
  taskPayloadType,
} from "@tasuki/contracts";
import { parseTask, payloadDigest, payloadOf, readReceipt, type Trust, verifyEnvelope } from "@tasuki/evidence";
import { acceptanceOf, acceptedSubjects } from "../accept/acceptance-seal.ts";
import type { FlowEvent } from "./run-flow.ts";
import type { RunFact } from "./run-steps.ts";

export interface EntryReaderDeps {
  readonly trust: Trust;
  /** The node of a role, by this node's roster; undefined for a role that it doesn't have. */
  readonly nodeOf: (role: string) => string | undefined;
  /** A task of a run that main sent, by the SHA-256 of its payload. */
  readonly sent: (run: string, digest: string) => TaskPayload | undefined;
  readonly logger: Logger;
}

/** What an entry of a node's feed proves. */
export interface EntryRead {
  readonly facts: readonly RunFact[];
  /** Those whose signatures hold, to be kept. */
  readonly envelopes: readonly Envelope[];
  /** The installation that signed the entry's own receipt. */
  readonly instance?: string;
}

interface ReadReceipt {
  readonly statement: ReceiptStatement;
  readonly digest: string;
}
interface ReadTask {
  readonly payload: TaskPayload;
  readonly digest: string;
}

/**
 * Reads entries of the feed of a role's node. Every signature is verified against the keys pinned for the node that the roster
 * names; what fails that is logged and counts for nothing. Main's own feed comes from main's own store: its own words stand unverified.
 */
export function createEntryReader({ trust, nodeOf, sent, logger }: EntryReaderDeps): (entry: FeedEntry, feed: string) => EntryRead {
  const receiptOf = (envelope: Envelope, feed: string): ReadReceipt | undefined => {
    const claimed = ReceiptStatement.parse(JSON.parse(payloadOf(envelope).toString("utf8")));
    const { role, node: name } = claimed.predicate;
    if (role === "main") return feed === "main" ? { statement: claimed, digest: payloadDigest(envelope) } : undefined;
    const node = nodeOf(role);
    if (node === undefined || node !== name) throw new Error(`a receipt in the name of node '${name}' for role '${role}'`);
    return readReceipt(envelope, { trust, node });
  };
  const taskOf = (envelope: Envelope, feed: string): ReadTask | undefined => {
    // A script's `run` has no signature, and needn't even be a whole task: it proves nothing.
    if (envelope.signatures.length === 0) return undefined;
    const payload = parseTask(payloadOf(envelope));
    // What main sent, main knows from its own outbox.
    if (payload.from === "main" ? feed !== "main" : nodeOf(payload.from) === undefined) return undefined;
    if (payload.from !== "main")
      verifyEnvelope(envelope, { trust, node: nodeOf(payload.from) ?? payload.from, payloadType: taskPayloadType });
    return { payload, digest: payloadDigest(envelope) };
  };

  return (entry, feed) => {
    const receipts: ReadReceipt[] = [];
    const tasks: ReadTask[] = [];
    const envelopes: Envelope[] = [];
    for (const envelope of entry.envelopes) {
      try {
        const receipt = envelope.payloadType === receiptPayloadType ? receiptOf(envelope, feed) : undefined;
        const task = envelope.payloadType === taskPayloadType ? taskOf(envelope, feed) : undefined;
        if (receipt?.statement.predicate.role === feed && receipt.statement.predicate.index !== entry.index)
          throw new Error(`a receipt that its node signed for entry ${receipt.statement.predicate.index}`);
        if (receipt) receipts.push(receipt);
        if (task) tasks.push(task);
        if (receipt ?? task) envelopes.push(envelope);
      } catch (error) {
        const code = isTasukiError(error) ? error.code : "malformed_message";
        logger.error(
          { peer: feed, index: entry.index, code, err: error },
          "a feed holds an envelope that does not hold good; it is not counted",
        );
      }
    }
    const own = receipts.find(({ statement }) => statement.predicate.role === feed);
    const facts = [
      ...receipts.flatMap((receipt) => {
        const answered = answeredBy(receipt, tasks, sent);
        if (answered === undefined || isOver(receipt, answered)) return toReceiptFact(receipt, tasks, answered);
        logger.error(
          { peer: feed, index: entry.index, task: answered.id },
          "a node accepted other files than its task names; that is not counted",
        );
        return [];
      }),
      ...tasks.flatMap((task) => toDispatched(task, { feed, at: own?.statement.predicate.at })),
    ];
    return { facts, envelopes, ...(own && { instance: own.statement.predicate.instance }) };
  };
}

/** The first receipt of a task follows from the task itself: its digest ties the two together. */
function answeredBy({ statement: { predicate } }: ReadReceipt, tasks: readonly ReadTask[], sent: EntryReaderDeps["sent"]) {
  const { prev } = predicate;
  return prev === undefined ? undefined : (tasks.find(({ digest }) => digest === prev)?.payload ?? sent(predicate.run, prev));
}

/** Whether a first receipt is over the very files of its task: "accepted" of anything else is no hand-off. */
function isOver({ statement: { subject, predicate } }: ReadReceipt, answered: TaskPayload): boolean {
  if (predicate.task !== answered.id) return false;
  if (predicate.state !== acceptanceOf(answered.kind)) return true;
  const named = new Map(subject.map(({ name, digest }) => [name, digest.sha256]));
  const files = acceptedSubjects(answered, predicate.prev ?? "");
  return files.every(({ name, sha256 }) => named.get(name) === sha256) && named.size === files.length;
}

function toReceiptFact({ statement, digest }: ReadReceipt, tasks: readonly ReadTask[], answered: TaskPayload | undefined): RunFact[] {
  const receipt = statement.predicate;
  const subjects = statement.subject.map(({ name, digest: { sha256 } }) => ({ name, sha256 }));
  // A `cancel` or `nudge` that was accepted says nothing about the stage.
  if (receipt.state === "accepted" && answered !== undefined && answered.kind !== "work" && answered.kind !== "run") return [];
  const follows = receipt.state === "accepted" ? answered?.prev : undefined;
  const handed = receipt.state === "produced" ? tasks.find((task) => task.payload.prev === digest) : undefined;
  const outputs = (handed?.payload.attachments ?? []).filter((attachment) =>
    subjects.some((subject) => subject.name === attachment.name && subject.sha256 === attachment.sha256),
  );
  const event: FlowEvent = { is: "receipt", receipt, digest, subjects, outputs, ...(follows !== undefined && { follows }) };
  return [{ run: receipt.run, event }];
}

/** A `work` task that the feed's node itself sends on. */
function toDispatched({ payload }: ReadTask, { feed, at }: { feed: string; at: string | undefined }): RunFact[] {
  if (payload.kind !== "work" || payload.from !== feed || payload.to === "main") return [];
  const { run, stage, epoch, id: task, from, prev } = payload;
  const time = Date.parse(at ?? new Date(0).toISOString());
  return [{ run, event: { is: "dispatched", stage, epoch, task, from, at: time, ...(prev !== undefined && { follows: prev }) } }];
}
