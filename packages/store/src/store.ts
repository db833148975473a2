import type { Attachment, Block, Envelope, FeedEntry, TaskKind, TaskPayload, TaskState } from "@tasuki/contracts";
import type { Blobs } from "./blobs.ts";

/**
 * What an event becomes once its index is known: one line of canonical JSON, and the envelopes that the line names by digest.
 * Where the event is a receipt of this node, it is `envelopes[0]`; the rest is what it answers or hands on.
 */
export interface Sealed {
  readonly leaf: string;
  readonly envelopes: readonly Envelope[];
}

/** Makes an event out of its index. Pure and synchronous: it is called inside the transaction, and may be called again. */
export type Seal = (index: number) => Sealed;

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
  /** The boot that holds the lease. */
  readonly boot?: string;
  readonly block?: Block;
  readonly acceptedAt: number;
  /** SHA-256 of the payload of the newest receipt of this task: `prev` of the next one. */
  readonly lastReceipt: string;
  readonly traceparent?: string;
}

export interface AttachmentRow extends Attachment {
  readonly task: string;
  readonly direction: "in" | "out";
  /** The attempt that wrote it; 0 for inputs. */
  readonly attempt: number;
}

export type OutboxState = "pending" | "done" | "superseded" | "blocked";

/** A signed task that must still reach another node. */
export interface OutboxRow {
  /** The task's id. */
  readonly id: string;
  readonly to: string;
  readonly run: string;
  readonly payload: TaskPayload;
  readonly envelope: Envelope;
  /** The local task whose result this carries; absent for main's own dispatches. It is `done` when this is delivered. */
  readonly carries?: string;
  readonly state: OutboxState;
  readonly tries: number;
  /** Not before this, unless that is further ahead than anything waits (`isDue`). */
  readonly nextAt: number;
  /** The last answer, for people. */
  readonly last?: string;
  readonly createdAt: number;
}
export type NewOutboxRow = Pick<OutboxRow, "id" | "to" | "run" | "payload" | "envelope" | "carries" | "createdAt">;

/** A run as main remembers it; `state` is the flow's, opaque here. */
export interface RunRow {
  readonly id: string;
  readonly epoch: number;
  /** Whether the run has ended: closed, failed or cancelled. */
  readonly ended: boolean;
  readonly state: unknown;
  readonly createdAt: number;
}

export interface AcceptRequest {
  readonly payload: TaskPayload;
  readonly digest: string;
  readonly envelope: Envelope;
  readonly from: string;
  readonly traceparent?: string;
  readonly now: number;
  /** Tasks that may wait; 429 beyond. */
  readonly queueLimit: number;
  /** With kind `run`: the row to create in the same commit. */
  readonly run?: RunRow;
}

export type Accepted =
  | { readonly is: "accepted"; readonly index: number; readonly receipt: Envelope }
  /** The same id and digest were accepted before: the stored first receipt. */
  | { readonly is: "replayed"; readonly receipt: Envelope }
  | { readonly is: "conflict" }
  | { readonly is: "missing"; readonly digests: readonly string[] }
  | { readonly is: "stale"; readonly epoch: number }
  | { readonly is: "taken"; readonly by: string }
  | { readonly is: "full" };

/** The right to work on one attempt: every write of the attempt names it, and is refused once another attempt or epoch has begun. */
export interface Lease {
  readonly task: string;
  readonly attempt: number;
}

export interface Claimed extends Lease {
  readonly row: TaskRow;
  readonly inputs: readonly AttachmentRow[];
}

/** How an attempt ends. `again` puts the task back to the queue; `produced` commits the hand-off with the result. */
export type Completion =
  | {
      readonly state: "produced";
      readonly outputs: readonly Attachment[];
      /** Made inside the transaction from what `seal` gave: the hand-off names the digest of the `produced` receipt, which holds its index. */
      readonly handOff?: (sealed: Sealed) => NewOutboxRow;
    }
  | { readonly state: "done"; readonly outputs: readonly Attachment[] }
  | { readonly state: "blocked"; readonly block: Block }
  | { readonly state: "again"; readonly notBefore: number };

export type Settlement =
  | { readonly state: "done"; readonly receipt: Envelope }
  | { readonly state: "superseded"; readonly last: string }
  | { readonly state: "blocked"; readonly last: string; readonly block: Block }
  | { readonly state: "pending"; readonly last: string; readonly nextAt: number };

export interface Position {
  readonly node: string;
  readonly instance: string;
  /** The first entry not yet held. */
  readonly next: number;
}

export interface PeerRow {
  readonly node: string;
  /** The last `/health` answer. */
  readonly health: unknown;
  readonly at: number;
}

/** Everything that main changes in one step: runs, hand-offs out and withdrawn, how far a peer's feed is held, events of its own. */
export interface RunChange {
  readonly runs: readonly RunRow[];
  readonly outbox: readonly NewOutboxRow[];
  /** Withdraw what is still pending for these runs, up to and including an epoch. */
  readonly supersede: readonly { readonly run: string; readonly epoch: number }[];
  /** Runs whose pending rows are due now, and whose blocked rows are tried again. */
  readonly hasten?: readonly string[];
  readonly position?: Position;
  /** Envelopes of peers, kept as evidence. */
  readonly envelopes: readonly Envelope[];
  readonly attachments: readonly AttachmentRow[];
  readonly events: readonly Seal[];
}

/**
 * What a node remembers: named, atomic, durable operations. A promise resolves only after the commit is on the disk.
 * Rejections: `disk_full` and `internal` (`TasukiError`); after a failed fsync the store is closed for good.
 */
export interface Store extends AsyncDisposable {
  /** UUIDv7 made with the data folder. */
  readonly instance: string;
  /** Identifies this opening of the store. Leases of earlier boots ended when it was opened. */
  readonly boot: string;
  readonly blobs: Blobs;

  /**
   * Accepts a task, in this order: replay (records are never removed: a task that was accepted once is known for as long as its data
   * folder lives), conflict, epoch, stage taken, attachments, room in the queue. `seal` makes the receipt.
   * `work` and `run` are queued, and `work` fences work of lower epochs; `nudge` ends the run's lapsed leases, makes its pending outbox rows due
   * now, and tries blocked ones again; `cancel` fences the run's tasks below its epoch and withdraws their hand-offs; `close` withdraws the run's
   * hand-offs and ends its tasks. Those three are `done` at once.
   */
  accept(request: AcceptRequest, seal: Seal): Promise<Accepted>;
  /** Takes the task that waits longest (first accepted, first claimed), if any is due. */
  claim(at: { now: number; leaseMs: number }, seal: (row: TaskRow) => Seal): Promise<Claimed | undefined>;
  /** False: the lease is gone (fenced, or another attempt began); stop the work. */
  renew(lease: Lease, until: number): Promise<boolean>;
  /** Ends an attempt. False, and nothing changed, where the lease is gone. `seal` is called where an event is due (not for `again` without one). */
  complete(lease: Lease, completion: Completion, seal: Seal | undefined): Promise<boolean>;
  /** Records an answer to an outbox row; with `done`, the carried task is done too, with `superseded` fenced, with `blocked` blocked. A row that is not pending any more is left alone (false). */
  settle(id: string, settlement: Settlement, seal: Seal | undefined): Promise<boolean>;
  /** Puts a blocked task, or its blocked hand-off, back to the queue with a new attempt to come. False if it isn't blocked. */
  retry(task: string, seal: Seal): Promise<boolean>;
  /** Ends leases that lapsed before `now`; resolves with the tasks that went back to the queue. */
  expireLeases(now: number): Promise<readonly string[]>;
  /** Main's step. */
  change(change: RunChange): Promise<void>;
  /** Writes one event that changes nothing else (a rejection, a denial). */
  append(seal: Seal): Promise<number>;
  savePeer(peer: PeerRow): Promise<void>;
  /** Records that a published blob passed a contract (`name@version`). Rejects with `unavailable` where its bytes are not here. */
  addBlob(blob: { sha256: string; size: number; contract: string; now: number }): Promise<void>;
  /** Forgets and deletes blobs that no task names, older than `before`; resolves with their number. */
  sweepBlobs(before: number): Promise<number>;

  task(id: string): TaskRow | undefined;
  /** Without a filter: every task that is not done or fenced; else all of a run, or all of a kind, whatever their state. First accepted, first. */
  tasks(filter?: { run?: string; kind?: TaskKind }): readonly TaskRow[];
  /** All tasks, whatever their state, first accepted first, a page at a time: those after one of them (from the first on without), at most `limit`. */
  history(page: { after?: string; limit: number }): readonly TaskRow[];
  attachments(task: string): readonly AttachmentRow[];
  /** From 1; undefined while it doesn't wait. */
  queuePosition(task: string): number | undefined;
  queue(): { readonly waiting: number; readonly running: number };
  run(id: string): RunRow | undefined;
  /** Newest first. */
  runs(filter?: { open?: boolean; limit?: number }): readonly RunRow[];
  /** The highest epoch known of a run; 0 where none is. */
  epoch(run: string): number;
  /** First due first; `undelivered`: without those that are done. */
  outbox(filter: { dueAt?: number; run?: string; task?: string; undelivered?: boolean }): readonly OutboxRow[];
  /** When the next pending outbox row or delayed task is due, which may be past; undefined where nothing waits for a time. */
  nextDue(): number | undefined;
  feed(from: number, limit: number): readonly FeedEntry[];
  feedSize(): number;
  /** The newest kept envelope about a run with a payload of this SHA-256. */
  envelope(run: string, payloadSha256: string): Envelope | undefined;
  /** Kept envelopes about a run, oldest first: its evidence, as far as it is known here. */
  envelopes(run: string): readonly Envelope[];
  position(node: string): Position | undefined;
  peers(): readonly PeerRow[];
  /** Contracts (`name@version`) that a blob passed; undefined where the blob isn't here. */
  blob(sha256: string): { readonly size: number; readonly contracts: readonly string[] } | undefined;

  /** Calls back after each commit that changed something; returns the way to stop that. */
  onCommit(listener: () => void): () => void;
}
