import { createHash } from "node:crypto";
import { type Envelope, taskPayloadType } from "@tasuki/protocol";
import { claimedReceipt, parseTask, payloadOf } from "@tasuki/evidence";

/** Messages that main keeps of what one node says about one run: an honest node says a dozen for each attempt. */
const messagesAtMost = 1_000;
/** Bytes of those messages about the largest run: a receipt over 2,048 files has 620 KiB. */
const bytesAtMost = 32 * 1024 * 1024;
/** Bytes about any run, and those for each of its files: of a hundred receipts over them, with names and digests in base64. */
const bytesOfAny = 1024 * 1024;
const bytesOfFile = 100 * 400;
/** Share of these that messages which come after a run's end have: what an attempt still says that did not know of it. */
const lateShare = 1 / 16;
/** Bytes of a late message that cost as much as another message. */
const bytesOfMessage = 512;

/** Ended runs whose messages stay counted. */
const endedAtMost = 16;

/** Message about a run, with the node that said it. */
export interface KeptMessage {
  readonly node: string;
  readonly run: string;
  /** SHA-256 of the envelope: other signatures under the same payload are kept as well, and count as well. */
  readonly digest: string;
  /** Bytes of the envelope. */
  readonly bytes: number;
}

/** Run that a message is about: the number of its files, and whether it has ended. */
interface AboutRun {
  readonly files: number;
  readonly isOver: boolean;
}

/** Bound on what main keeps of what each node says about each run, so that no node fills main's disk. */
export interface EvidenceBudget {
  /**
   * Takes a message that is within the bound; undefined where it is not. Returns what it costs main for nothing, in messages: 0 where it is new and
   * about an open run, that of reading it where it was taken before, and more where it comes after the run's end.
   */
  take(message: KeptMessage, about: AboutRun): number | undefined;
  /** True for a run whose kept messages are counted. */
  isCounted(run: string): boolean;
  /** Counts messages about a run that an earlier boot of main has kept; late ones came after its end. */
  count(run: string, messages: readonly (KeptMessage & { readonly isLate: boolean })[]): void;
  /** Forgets a run: its messages are counted again when one more comes. */
  forget(run: string): void;
  /** Forgets ended runs, but for those that came last: a node may say many things about a few of them, and counting takes reading all. */
  forgetEnded(runs: readonly string[]): void;
}

interface Spent {
  readonly digests: Set<string>;
  bytes: number;
  /** Of these, what came after the run's end. */
  readonly late: { messages: number; bytes: number };
}

export function createEvidenceBudget(): EvidenceBudget {
  const spent = new Map<string, Map<string, Spent>>();
  const counted = new Set<string>();
  /** Ended runs whose messages are counted, those that came last at the end. */
  const ended = new Set<string>();
  const of = ({ node, run }: KeptMessage): Spent => {
    const nodes = spent.get(run) ?? new Map<string, Spent>();
    const one = nodes.get(node) ?? { digests: new Set<string>(), bytes: 0, late: { messages: 0, bytes: 0 } };
    spent.set(run, nodes.set(node, one));
    return one;
  };
  const add = (to: Spent, { digest, bytes }: KeptMessage, isLate: boolean): void => {
    if (to.digests.has(digest)) return;
    to.digests.add(digest);
    to.bytes += bytes;
    if (!isLate) return;
    to.late.messages += 1;
    to.late.bytes += bytes;
  };
  const forget = (run: string): void => {
    spent.delete(run);
    counted.delete(run);
    ended.delete(run);
  };
  return {
    take(message, { files, isOver }) {
      const to = of(message);
      if (to.digests.has(message.digest)) return workOf(message);
      const most = Math.min(bytesAtMost, bytesOfAny + files * bytesOfFile);
      if (to.digests.size >= messagesAtMost || to.bytes + message.bytes > most) return undefined;
      if (isOver && (to.late.messages >= messagesAtMost * lateShare || to.late.bytes + message.bytes > most * lateShare)) return undefined;
      add(to, message, isOver);
      return isOver ? message.bytes / bytesOfMessage : 0;
    },
    isCounted: (run) => counted.has(run),
    count(run, messages) {
      counted.add(run);
      for (const message of messages) add(of(message), message, message.isLate);
    },
    forget,
    forgetEnded(runs) {
      for (const run of runs) {
        ended.delete(run);
        ended.add(run);
      }
      for (const run of [...ended].slice(0, -endedAtMost)) forget(run);
    },
  };
}

/** Bytes of a message that are as much work to read as a small message. */
const bytesOfSmall = 8 * 1024;

/** Work of reading a message, in small messages. */
export function workOf({ bytes }: Pick<KeptMessage, "bytes">): number {
  return Math.max(1, bytes / bytesOfSmall);
}

/** Size of an envelope, and its digest: of all of it, the signatures included. It may have megabytes, and is not written into one text. */
export function measured({ payload, ...rest }: Envelope): Pick<KeptMessage, "digest" | "bytes"> {
  const others = JSON.stringify(rest);
  const digest = createHash("sha256").update(`${payload.length} `).update(payload).update(others).digest("hex");
  return { digest, bytes: payload.length + others.length };
}

/** Messages among the kept envelopes about a run, in the order in which they were kept; each is of the node that signed it. */
export function keptMessages(run: string, envelopes: readonly Envelope[]): (KeptMessage & { readonly isLate: boolean })[] {
  const end = envelopes.findIndex(isEnd);
  return envelopes.flatMap((envelope, at) => {
    // A script's request has no signature, and was said by no node.
    if (envelope.signatures.length === 0) return [];
    const node =
      envelope.payloadType === taskPayloadType ? parseTask(payloadOf(envelope)).fromNode : claimedReceipt(envelope)?.predicate.node;
    return node === undefined ? [] : [{ node, run, isLate: end >= 0 && at > end, ...measured(envelope) }];
  });
}

/** True for main's word that a run has ended. */
function isEnd(envelope: Envelope): boolean {
  const { role, state } = claimedReceipt(envelope)?.predicate ?? {};
  return role === "main" && (state === "closed" || state === "failed" || state === "cancelled");
}
