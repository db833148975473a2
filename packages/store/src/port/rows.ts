import type { Attachment, Block, TaskPayload, TaskState } from "@tasuki/protocol";
import type { SignedTask } from "@tasuki/evidence";

/** A task as a node remembers it. Times are milliseconds since 1970. */
export interface TaskRow {
  readonly id: string;
  readonly payload: TaskPayload;
  /** SHA-256 of the payload's bytes. */
  readonly digest: string;
  /** The sender, as identity and policy name it. */
  readonly from: string;
  readonly state: TaskState;
  readonly attempt: number;
  readonly leaseUntil?: number;
  /** The boot that holds the lease; of a fenced task, the one whose attempt ran when it was fenced. */
  readonly boot?: string;
  readonly block?: Block;
  readonly acceptedAt: number;
  /** SHA-256 of the payload of the task's newest receipt, which is the `prev` of its next one. */
  readonly lastReceipt: string;
  readonly traceparent?: string;
}

/** A file of a task, in or out. */
export interface AttachmentRow extends Attachment {
  readonly task: string;
  readonly direction: "in" | "out";
  /** The attempt that wrote the file; 0 for inputs. */
  readonly attempt: number;
}

export type OutboxState = "pending" | "done" | "superseded" | "blocked";

/** A signed task that must still reach another node; the local task that it carries is `done` once it is delivered. Times are milliseconds since 1970. */
export interface OutboxRow extends SignedTask {
  readonly state: OutboxState;
  readonly tries: number;
  /** Time of the next try; `isDue` says how it is compared. */
  readonly nextAt: number;
  /** The receiver's last answer, for people. */
  readonly last?: string;
}

/** A blob that is here. */
export interface BlobRow {
  /** Bytes. */
  readonly size: number;
  /** Contracts (`name@version`) that it passed, sorted. */
  readonly contracts: readonly string[];
}

/**
 * The longest wait for a time, milliseconds. A time that is further ahead was set while the clock was ahead, and the clock has been set back
 * since: without this limit a clock that jumped by an hour would hold up finished work for an hour.
 */
export const longestWaitMs = 120_000;

/** Rows of one destination that are read at once of those that are due: a node that is away may have thousands, of which it is sent a few at a time. */
export const mostDue = 32;

/** Compares the time of a row (`nextAt`, milliseconds since 1970) with the present: true once it has come, or is further ahead than any wait. */
export function isDue(at: number, now: number): boolean {
  return at <= now || at > now + longestWaitMs;
}

/** A run as main remembers it. */
export interface RunRow {
  readonly id: string;
  /** Number of changes to this row so far; 0 for a row that is not kept yet. Who changes it names the version that he read. */
  readonly version: number;
  readonly epoch: number;
  /** True once the run is closed, failed or cancelled. */
  readonly ended: boolean;
  /** The flow's state, which the store keeps as JSON and never reads. */
  readonly state: unknown;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Position up to which another node's feed is held here. */
export interface Position {
  readonly node: string;
  readonly instance: string;
  /** Index of the first entry that is not held yet. */
  readonly next: number;
  /** SHA-256 of the leaf of the entry before it, by which the feed is known again; earlier releases kept none. */
  readonly leaf?: string;
}

/** The last word of another node about itself. */
export interface PeerRow {
  readonly node: string;
  /** The node's last answer to `/health`. */
  readonly health: unknown;
  /** Time of that answer, milliseconds since 1970. */
  readonly at: number;
}
