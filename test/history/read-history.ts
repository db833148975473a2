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
  readonly receipts: readonly ReadReceipt[];
  readonly tasks: readonly ReadTask[];
  readonly texts: readonly SaltedText[];
}

export interface ReadFeed extends RecordedFeed {
  readonly read: readonly ReadEntry[];
}

/** A history whose feeds are taken apart. */
export interface ReadHistory extends History {
  /** Feeds of honest nodes: all that is promised of a feed is promised of these. */
  readonly feeds: readonly ReadFeed[];
  /** Feeds of all nodes, which prove what they prove. */
  readonly proving: readonly ReadFeed[];
}

/** Takes a history apart. Throws where an envelope of an honest node is no message at all: no node of ours writes such a feed. */
export function readHistory(history: History): ReadHistory {
  const proving = history.feeds.map((feed) => ({ ...feed, read: feed.entries.map((entry) => readEntry(entry, feed)) }));
  const liars = new Set(proving.filter(({ lies }) => lies === true).map(({ node }) => node));
  const answers = history.answers.filter(({ to }) => !liars.has(to));
  return { ...history, answers, feeds: proving.filter(({ lies }) => lies !== true), proving };
}

/** Throws where the envelope is no receipt. */
export function readReceiptOf(envelope: Envelope): ReadReceipt {
  const statement = claimedReceipt(envelope);
  if (statement === undefined) throw new Error(`the envelope of ${envelope.payloadType} is no receipt: ${envelope.payload}`);
  return { envelope, digest: payloadDigest(envelope), statement, says: statement.predicate };
}

function readEntry({ index, leaf, envelopes, texts = [] }: FeedEntry, { role, lies = false }: RecordedFeed): ReadEntry {
  // A lying node's writing need be no receipt at all.
  const isReceipt = (envelope: Envelope): boolean => envelope.payloadType === receiptPayloadType && !(lies && !isWhole(envelope));
  const receipts = envelopes.filter(isReceipt).map(readReceiptOf);
  const tasks = envelopes.filter(({ payloadType }) => payloadType === taskPayloadType).map(readTaskOf);
  const [first] = receipts;
  const own = first?.envelope === envelopes[0] && first?.says.role === role ? first : undefined;
  return { index, leaf, digests: envelopes.map(payloadDigest), own, receipts, tasks, texts };
}

function isWhole(envelope: Envelope): boolean {
  return claimedReceipt(envelope) !== undefined;
}

function readTaskOf(envelope: Envelope): ReadTask {
  const payload = envelope.signatures.length === 0 ? undefined : parseTask(payloadOf(envelope));
  return { envelope, digest: payloadDigest(envelope), payload };
}
