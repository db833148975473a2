import type { Attachment, Block, Envelope, FeedEntry, TaskKind, TaskPayload } from "@tasuki/protocol";
import type { Seal, Sealed } from "@tasuki/evidence";
import type { Blobs } from "./blobs.ts";
import type { AttachmentRow, NewOutboxRow, OutboxRow, PeerRow, Position, RunRow, TaskRow } from "./rows.ts";

export interface AcceptRequest {
  readonly payload: TaskPayload;
  readonly digest: string;
  readonly envelope: Envelope;
  readonly from: string;
  readonly traceparent?: string;
  readonly now: number;
  /** The most tasks that may wait; one more is answered with `full`. */
  readonly queueLimit: number;
  /** The row that a task of kind `run` creates in the same commit. */
  readonly run?: RunRow;
}

export type Accepted =
  | { readonly is: "accepted"; readonly index: number; readonly receipt: Envelope }
  /** A task of this id and digest was accepted before. `receipt` is its stored first receipt. */
  | { readonly is: "replayed"; readonly receipt: Envelope }
  | { readonly is: "conflict" }
  | { readonly is: "missing"; readonly digests: readonly string[] }
  | { readonly is: "stale"; readonly epoch: number }
  /** The run was closed here at this epoch, which is not below the task's. */
  | { readonly is: "archived"; readonly epoch: number }
  | { readonly is: "taken"; readonly by: string }
  | { readonly is: "full" };

/** The right to work on one attempt. Every write of the attempt names it, and is refused once another attempt or epoch has begun. */
export interface Lease {
  readonly task: string;
  readonly attempt: number;
}

export interface Claimed extends Lease {
  readonly row: TaskRow;
  readonly inputs: readonly AttachmentRow[];
}

/** The end of an attempt. `again` puts the task back into the queue; `produced` commits the hand-off with the result. */
export type Completion =
  | {
      readonly state: "produced";
      readonly outputs: readonly Attachment[];
      /** Makes the hand-off inside the transaction: it names the digest of the `produced` receipt, and that receipt holds its own index. */
      readonly handOff?: (sealed: Sealed) => NewOutboxRow;
    }
  | { readonly state: "done"; readonly outputs: readonly Attachment[] }
  | { readonly state: "blocked"; readonly block: Block }
  | { readonly state: "again"; readonly notBefore: number };

/** The answer to an outbox row. `pending` tries the row again at `nextAt`; the other three are final. */
export type Settlement =
  | { readonly state: "done"; readonly receipt: Envelope }
  | { readonly state: "superseded"; readonly last: string }
  | { readonly state: "blocked"; readonly last: string; readonly block: Block }
  | { readonly state: "pending"; readonly last: string; readonly nextAt: number };

/** Everything that main changes in one step. */
export interface RunChange {
  readonly runs: readonly RunRow[];
  readonly outbox: readonly NewOutboxRow[];
  /** Runs whose pending rows are withdrawn, up to and including an epoch. */
  readonly supersede: readonly { readonly run: string; readonly epoch: number }[];
  /** Runs whose pending rows become due now, and whose blocked rows become pending. */
  readonly hasten?: readonly string[];
  readonly position?: Position;
  /** Envelopes of peers, kept as evidence. */
  readonly envelopes: readonly Envelope[];
  readonly attachments: readonly AttachmentRow[];
  readonly events: readonly Seal[];
}

/**
 * The memory of a node: named, atomic, durable operations. A promise resolves only after the commit is on the disk.
 * Rejections: `disk_full` and `internal` (`TasukiError`); after a failed fsync the store is closed for good.
 */
export interface Store extends AsyncDisposable {
  /** UUIDv7 made with the data folder. */
  readonly instance: string;
  /** Identifies this opening of the store. Leases of earlier boots ended when it was opened. */
  readonly boot: string;
  readonly blobs: Blobs;

  /**
   * Accepts a task, judged in this order: replay (a task's record is never removed, so a replay is recognised for as long as the data folder
   * lives), conflict, epoch, stage taken, end of the run, attachments, room in the queue. `seal` makes the receipt.
   * `work` and `run` are queued, and `work` fences work of lower epochs; `nudge` ends the run's lapsed leases, makes its pending outbox rows due
   * now, and tries blocked ones again; `cancel` fences the run's tasks below its epoch and withdraws their hand-offs; `close` withdraws the run's
   * hand-offs, ends its tasks, and lets no work of its epoch or of a lower one in any more. Those three are `done` at once.
   */
  accept(request: AcceptRequest, seal: Seal): Promise<Accepted>;
  /** Claims the task that was accepted first among those that are due, with a lease of `leaseMs`. Resolves with undefined where none is due. */
  claim(at: { now: number; leaseMs: number }, seal: (row: TaskRow) => Seal): Promise<Claimed | undefined>;
  /** Extends a lease. Resolves with false once the task was fenced or another attempt has begun: the work must stop then. */
  renew(lease: Lease, until: number): Promise<boolean>;
  /** Ends an attempt. Resolves with false, and changes nothing, where the lease is gone. `seal` makes the event; `again` may have none. */
  complete(lease: Lease, completion: Completion, seal: Seal | undefined): Promise<boolean>;
  /**
   * Records the answer to an outbox row. The task that the row carries is done with `done`, fenced with `superseded`, blocked with `blocked`.
   * Resolves with false, and changes nothing, where the row is not pending any more.
   */
  settle(id: string, settlement: Settlement, seal: Seal | undefined): Promise<boolean>;
  /** Puts a blocked task back into the queue, or its blocked hand-off back into the outbox. Resolves with false where neither is blocked. */
  retry(task: string, seal: Seal): Promise<boolean>;
  /** Ends leases that lapsed before `now`. Resolves with the tasks that went back into the queue. */
  expireLeases(now: number): Promise<readonly string[]>;
  /** Commits one step of main's. */
  change(change: RunChange): Promise<void>;
  /** Writes one event that changes nothing else (a rejection, a denial). Resolves with its index. */
  append(seal: Seal): Promise<number>;
  savePeer(peer: PeerRow): Promise<void>;
  /** Records that a published blob passed a contract (`name@version`). Rejects with `unavailable` where its bytes are missing. */
  addBlob(blob: { sha256: string; size: number; contract: string; now: number }): Promise<void>;
  /** Deletes blobs that were added before a time and that no task names. Resolves with their number. */
  sweepBlobs(before: number): Promise<number>;

  task(id: string): TaskRow | undefined;
  /** Tasks in the order of acceptance. Without a filter, those that are neither done nor fenced; with one, all of a run or of a kind. */
  tasks(filter?: { run?: string; kind?: TaskKind }): readonly TaskRow[];
  /** One page of all tasks in the order of acceptance: those after the task `after` (from the first on, without it), at most `limit`. */
  history(page: { after?: string; limit: number }): readonly TaskRow[];
  attachments(task: string): readonly AttachmentRow[];
  /** Place of a task in the queue, from 1; undefined for a task that isn't queued. */
  queuePosition(task: string): number | undefined;
  queue(): { readonly waiting: number; readonly running: number };
  run(id: string): RunRow | undefined;
  /** Runs, newest first. */
  runs(filter?: { open?: boolean; limit?: number }): readonly RunRow[];
  /** The highest epoch known of a run; 0 for an unknown one. */
  epoch(run: string): number;
  /** Outbox rows, first due first. `task` finds the row of that id and those that carry it; `undelivered` leaves out rows that are done. */
  outbox(filter: { dueAt?: number; run?: string; task?: string; undelivered?: boolean }): readonly OutboxRow[];
  /** The earliest time at which a pending outbox row or a delayed task is due, which may be past; undefined where there is neither. */
  nextDue(): number | undefined;
  feed(from: number, limit: number): readonly FeedEntry[];
  feedSize(): number;
  /** The newest kept envelope about a run with a payload of this SHA-256. */
  envelope(run: string, payloadSha256: string): Envelope | undefined;
  /** Kept envelopes about a run, oldest first. */
  envelopes(run: string): readonly Envelope[];
  position(node: string): Position | undefined;
  peers(): readonly PeerRow[];
  /** Size and contracts (`name@version`) of a blob that passed at least one; undefined for any other digest. */
  blob(sha256: string): { readonly size: number; readonly contracts: readonly string[] } | undefined;

  /** Calls the listener after each commit that changed something. Returns the function that ends this. */
  onCommit(listener: () => void): () => void;
}
