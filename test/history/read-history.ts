import {
  type Envelope,
  type FeedEntry,
  receiptPayloadType,
  type ReceiptStatement,
  type SaltedText,
  type TaskPayload,
  taskPayloadType,
} from "@tasuki/protocol";
import { claimedReceipt, parseTask, payloadDigest, payloadOf } from "@tasuki/evidence";
import type { History, RecordedFeed } from "./history.ts";

export interface ReadReceipt {
  readonly envelope: Envelope;
  readonly digest: string;
  readonly statement: ReceiptStatement;
  /** The receipt's own words. */
  readonly says: ReceiptStatement["predicate"];
}

export interface ReadTask {
  readonly envelope: Envelope;
  readonly digest: string;
  /** Undefined where a script sent a bare request, which is no whole task. */
  readonly payload: TaskPayload | undefined;
}

/** An entry with what its envelopes hold. Nothing is verified yet. */
export interface ReadEntry {
  readonly index: number;
  readonly leaf: string;
  readonly digests: readonly string[];
  /** The feed's own receipt, if the entry is one. */
  readonly own: ReadReceipt | undefined;
  /** The feed's own receipt, if the node was made to lie by it: then it is not `own`. */
  readonly lie: ReadReceipt | undefined;
  readonly receipts: readonly ReadReceipt[];
  readonly tasks: readonly ReadTask[];
  readonly texts: readonly SaltedText[];
}

export interface ReadFeed extends RecordedFeed {
  readonly read: readonly ReadEntry[];
}

/** A history whose feeds are taken apart. Throws where an envelope is no message at all: no node of ours writes such a feed. */
export interface ReadHistory extends History {
  readonly feeds: readonly ReadFeed[];
}

export function readHistory(history: History): ReadHistory {
  const { lies = new Set() } = history;
  const feeds = history.feeds.map((feed) => ({ ...feed, read: feed.entries.map((entry) => readEntry(entry, { role: feed.role, lies })) }));
  return { ...history, feeds };
}

/** Throws where the envelope is no receipt. */
export function readReceiptOf(envelope: Envelope): ReadReceipt {
  const statement = claimedReceipt(envelope);
  if (statement === undefined) throw new Error(`the envelope of ${envelope.payloadType} is no receipt: ${envelope.payload}`);
  return { envelope, digest: payloadDigest(envelope), statement, says: statement.predicate };
}

function readEntry(
  { index, leaf, envelopes, texts = [] }: FeedEntry,
  { role, lies }: { role: string; lies: ReadonlySet<string> },
): ReadEntry {
  const receipts = envelopes.filter(({ payloadType }) => payloadType === receiptPayloadType).map(readReceiptOf);
  const tasks = envelopes.filter(({ payloadType }) => payloadType === taskPayloadType).map(readTaskOf);
  const [first] = receipts;
  const own = first?.envelope === envelopes[0] && first?.says.role === role ? first : undefined;
  const isLie = own !== undefined && lies.has(own.digest);
  const said = isLie ? { own: undefined, lie: own } : { own, lie: undefined };
  return { index, leaf, digests: envelopes.map(payloadDigest), ...said, receipts, tasks, texts };
}

function readTaskOf(envelope: Envelope): ReadTask {
  const payload = envelope.signatures.length === 0 ? undefined : parseTask(payloadOf(envelope));
  return { envelope, digest: payloadDigest(envelope), payload };
}
