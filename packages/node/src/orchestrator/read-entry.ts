import {
  directionOf,
  type Envelope,
  type FeedEntry,
  isTasukiError,
  type Logger,
  type Pipeline,
  type Receipt,
  receiptPayloadType,
  type ReceiptStatement,
  roleOf,
  TasukiError,
  taskPayloadType,
} from "@tasuki/protocol";
import {
  claimedReceipt,
  doubtOf,
  type KnownMessages,
  type KnownTask,
  parseTask,
  payloadDigest,
  payloadOf,
  readReceipt,
  type Trust,
  verifyEnvelope,
} from "@tasuki/evidence";
import type { FlowEvent } from "@tasuki/flow";
import type { RunFact } from "./run-steps.ts";

export interface EntryReaderDeps {
  readonly pipeline: Pipeline;
  readonly trust: Trust;
  /** The name of this node, whose key signs the tasks that are from main. */
  readonly node: string;
  /** The node of a role, by this node's roster; undefined for a role that it doesn't have. */
  readonly nodeOf: (role: string) => string | undefined;
  /** An envelope about a run that main's store keeps, by the SHA-256 of its payload. Its signature was verified when it was kept. */
  readonly kept: (run: string, digest: string) => Envelope | undefined;
  /** Roles of a run in the order of its hand-offs. */
  readonly routeOf: (run: string) => readonly string[];
  readonly logger: Logger;
}

/** The facts that an entry of a node's feed proves. */
interface EntryRead {
  readonly facts: readonly RunFact[];
  /** Envelopes whose signatures hold, to be kept. */
  readonly envelopes: readonly Envelope[];
  /** The installation that signed the entry's own receipt. */
  readonly instance?: string;
}

/** Reads entries that follow each other in the feed of a role's node. Gives one `EntryRead` for each. */
export type EntryReader = (entries: readonly FeedEntry[], feed: string) => readonly EntryRead[];

interface ReadReceipt {
  readonly statement: ReceiptStatement;
  readonly digest: string;
}

/** An entry whose envelopes are verified, and not judged yet. */
interface OpenedEntry {
  readonly index: number;
  readonly receipts: readonly ReadReceipt[];
  readonly tasks: readonly KnownTask[];
  readonly envelopes: readonly Envelope[];
}

/**
 * A reader of feeds. Every signature is verified against the keys pinned for the node that the roster names, and every receipt is judged:
 * a first receipt against its task, a later one by the receipts before it, back to that first one. Tasks and receipts are known from the
 * entries that are read together and from main's store, and a task counts only if it was its sender's to send: a role that signs itself a
 * task has none. A receipt that follows from nothing known is logged, and counts for nothing.
 * Main's own feed comes from main's own store: its own words stand unverified.
 */
export function createEntryReader({ pipeline, trust, node, nodeOf, kept, routeOf, logger }: EntryReaderDeps): EntryReader {
  const openReceipt = (envelope: Envelope, feed: string): ReadReceipt | undefined => {
    const claimed = claimedReceipt(envelope);
    if (claimed === undefined) throw new TasukiError("malformed_message", "The envelope holds no receipt.");
    const { role, node: name } = claimed.predicate;
    if (role === "main") return feed === "main" ? { statement: claimed, digest: payloadDigest(envelope) } : undefined;
    const listed = nodeOf(role);
    if (listed === undefined || listed !== name) throw new Error(`a receipt in the name of node '${name}' for role '${role}'`);
    return readReceipt(envelope, { trust, node: listed });
  };
  const openTask = (envelope: Envelope, feed: string): KnownTask | undefined => {
    // A script's `run` has no signature, and needn't even be a whole task: it proves nothing.
    if (envelope.signatures.length === 0) return undefined;
    const payload = parseTask(payloadOf(envelope));
    const task = { payload, digest: payloadDigest(envelope) };
    const isMains = payload.from === "main";
    if (isMains && feed === "main") return task;
    // A task that main's store keeps is known. The store of a main that was restored from a backup lacks those that it sent afterwards.
    if (isMains && kept(payload.run, task.digest) !== undefined) return undefined;
    const sender = isMains ? node : nodeOf(payload.from);
    if (sender === undefined) throw new Error(`a task from '${payload.from}', which the roster does not have`);
    verifyEnvelope(envelope, { trust, node: sender, payloadType: taskPayloadType });
    return task;
  };

  const open = ({ index, envelopes }: FeedEntry, feed: string): OpenedEntry => {
    const receipts: ReadReceipt[] = [];
    const tasks: KnownTask[] = [];
    const held: Envelope[] = [];
    for (const envelope of envelopes) {
      try {
        const receipt = envelope.payloadType === receiptPayloadType ? openReceipt(envelope, feed) : undefined;
        const task = envelope.payloadType === taskPayloadType ? openTask(envelope, feed) : undefined;
        if (receipt?.statement.predicate.role === feed && receipt.statement.predicate.index !== index)
          throw new Error(`a receipt that its node signed for entry ${receipt.statement.predicate.index}`);
        if (receipt) receipts.push(receipt);
        if (task) tasks.push(task);
        if (receipt ?? task) held.push(envelope);
      } catch (error) {
        const code = isTasukiError(error) ? error.code : "malformed_message";
        logger.error({ peer: feed, index, code, err: error }, "a feed holds an envelope that does not hold good; it is not counted");
      }
    }
    return { index, receipts, tasks, envelopes: held };
  };

  const factsOf = ({ index, receipts, tasks }: OpenedEntry, feed: string, knownOf: KnownOf): RunFact[] => {
    const own = receipts.find(({ statement }) => statement.predicate.role === feed);
    return [
      ...receipts.flatMap((receipt) => {
        const { statement } = receipt;
        const { run, task, role, state } = statement.predicate;
        if (!isOfTask(statement)) return [];
        const known = knownOf(run);
        const doubt = isMainsOwnWord(statement) ? undefined : doubtOf(statement, known);
        if (doubt === undefined) return toReceiptFact(receipt, tasks, { pipeline, known });
        logger.error({ peer: feed, index, run, task, role, state, doubt }, "a feed holds a receipt that proves nothing; it is not counted");
        return [];
      }),
      ...tasks.flatMap((task) => toDispatched(task, { feed, at: own?.statement.predicate.at })),
    ];
  };

  return (entries, feed) => {
    const opened = entries.map((entry) => open(entry, feed));
    const known = createKnown(opened, { kept, routeOf });
    return opened.map((entry) => {
      const own = entry.receipts.find(({ statement }) => statement.predicate.role === feed);
      const { envelopes } = entry;
      return { facts: factsOf(entry, feed, known), envelopes, ...(own && { instance: own.statement.predicate.instance }) };
    });
  };
}

type KnownOf = (run: string) => KnownMessages;

/** The messages of a run that main has verified: entries that are read together know each other's, and the store keeps all earlier ones. */
function createKnown(entries: readonly OpenedEntry[], { kept, routeOf }: Pick<EntryReaderDeps, "kept" | "routeOf">): KnownOf {
  const tasks = new Map(entries.flatMap((entry) => entry.tasks.map((task) => [task.digest, task])));
  const receipts = new Map(entries.flatMap((entry) => entry.receipts.map(({ digest, statement }) => [digest, statement])));
  return (run) => {
    const signed = (digest: string): Envelope | undefined => {
      const envelope = kept(run, digest);
      // A script's `run` is bare: nobody signed it, and its bytes are no whole task.
      return envelope === undefined || envelope.signatures.length === 0 ? undefined : envelope;
    };
    return {
      task(digest) {
        const envelope = tasks.has(digest) ? undefined : signed(digest);
        const task = envelope?.payloadType === taskPayloadType ? { payload: parseTask(payloadOf(envelope)), digest } : tasks.get(digest);
        return task !== undefined && isSendersToSend(task, routeOf(run)) ? task : undefined;
      },
      receipt(digest) {
        const envelope = receipts.has(digest) ? undefined : signed(digest);
        return envelope === undefined ? receipts.get(digest) : claimedReceipt(envelope);
      },
    };
  };
}

/** True for a task of main, and for work that the role before its receiver hands on. */
function isSendersToSend({ payload: { kind, from, to } }: KnownTask, route: readonly string[]): boolean {
  const before = to === "main" ? route.at(-1) : route[route.indexOf(to) - 1];
  return from === "main" || (kind === "work" && from === before);
}

/** True for a receipt about a task that its node took. A refusal leaves no task behind, and the remaining states are for main alone to say. */
function isOfTask({ predicate }: ReceiptStatement): boolean {
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

/** True for a receipt of main that stands on main's own store. Only its acceptance of signed work is judged, for the hand-off that it proves. */
function isMainsOwnWord({ predicate }: ReceiptStatement): boolean {
  return predicate.role === "main" && (predicate.state !== "accepted" || predicate.epoch === 0);
}

function toReceiptFact(
  { statement, digest }: ReadReceipt,
  tasks: readonly KnownTask[],
  { pipeline, known }: { readonly pipeline: Pipeline; readonly known: KnownMessages },
): RunFact[] {
  const receipt = withDirection(statement.predicate, pipeline);
  const subjects = statement.subject.map(({ name, digest: { sha256 } }) => ({ name, sha256 }));
  const answered = receipt.state === "accepted" && receipt.prev !== undefined ? known.task(receipt.prev)?.payload : undefined;
  // A `nudge` that was accepted says nothing about the stage.
  if (answered?.kind === "nudge") return [];
  const follows = answered?.prev;
  const handed = receipt.state === "produced" ? tasks.find((task) => task.payload.prev === digest) : undefined;
  const outputs = (handed?.payload.attachments ?? []).filter((attachment) =>
    subjects.some((subject) => subject.name === attachment.name && subject.sha256 === attachment.sha256),
  );
  const event: FlowEvent = { is: "receipt", receipt, digest, subjects, outputs, ...(follows !== undefined && { follows }) };
  return [{ run: receipt.run, event }];
}

/** A `work` task that the feed's node itself sends on. */
function toDispatched({ payload }: KnownTask, { feed, at }: { feed: string; at: string | undefined }): RunFact[] {
  if (payload.kind !== "work" || payload.from !== feed || payload.to === "main") return [];
  const { run, stage, epoch, id: task, from, prev } = payload;
  const time = Date.parse(at ?? new Date(0).toISOString());
  return [{ run, event: { is: "dispatched", stage, epoch, task, from, at: time, ...(prev !== undefined && { follows: prev }) } }];
}

/** Nodes of the first releases say what they decided, and not where that sends the work: the pipeline knows. */
function withDirection(receipt: Receipt, pipeline: Pipeline): Receipt {
  const { decision, direction } = receipt;
  const role = decision === undefined || direction !== undefined ? undefined : roleOf(pipeline, receipt.role);
  return role === undefined || decision === undefined ? receipt : { ...receipt, direction: directionOf(role, decision) };
}
