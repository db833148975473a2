import type { Attachment, Block, Envelope, FeedEntry, TaskKind } from "@tasuki/protocol";
import type { Seal, SignedTask } from "@tasuki/evidence";
import type { Accepted, AcceptRequest, Grounds } from "./acceptance.ts";
import type { Blobs, NewBlob, SmallBlob } from "./blobs.ts";
import type { AttachmentRow, BlobRow, OutboxRow, PeerRow, Position, RunRow, TaskRow } from "./rows.ts";
import type { TextRow } from "./text-row.ts";

/** The right to work on one attempt. Every write of the attempt names it, and is refused once another attempt or epoch has begun. */
export interface Lease {
  readonly task: string;
  readonly attempt: number;
}

export interface Claimed extends Lease {
  readonly row: TaskRow;
  readonly inputs: readonly AttachmentRow[];
}

/** The end of an attempt. `again` puts the task back into the queue. The hand-off of a `produced` comes with its seal, and its small files with it. */
export type Completion =
  | { readonly state: "produced" | "done"; readonly outputs: readonly Attachment[]; readonly blobs?: readonly SmallBlob[] }
  | { readonly state: "blocked"; readonly block: Block }
  | { readonly state: "again"; readonly notBefore: number };

/** The answer to an outbox row. `pending` tries the row again at `nextAt`; the other three are final. */
export type Settlement =
  | { readonly state: "done"; readonly receipt: Envelope; readonly texts?: readonly TextRow[] }
  | { readonly state: "superseded"; readonly last: string }
  | { readonly state: "blocked"; readonly last: string; readonly block: Block }
  | { readonly state: "pending"; readonly last: string; readonly nextAt: number };

/** An event that continues the receipts of a task: the seal is made of the task's row as it is in the transaction. */
export interface EventOfTask {
  readonly task: string;
  readonly seal: (row: TaskRow | undefined) => Seal;
}

/** Everything that main changes in one step. */
export interface RunChange {
  /** Rows with the version that was read: one that has another version by now makes the whole change a conflict. */
  readonly runs: readonly RunRow[];
  readonly outbox: readonly SignedTask[];
  /** Runs whose pending rows are withdrawn, up to and including an epoch. */
  readonly supersede: readonly { readonly run: string; readonly epoch: number }[];
  /** Runs whose pending rows become due now, and whose blocked rows become pending. */
  readonly hasten?: readonly string[];
  /** A position never goes back within its log. A change that keeps one and nothing else may share the next commit, as a `done` of `settle` may. */
  readonly position?: Position;
  /** Envelopes of peers, kept as evidence. */
  readonly envelopes: readonly Envelope[];
  /** Texts that those envelopes name. They belong to the logs of their nodes: a text of this node's own log comes with its seal alone. */
  readonly texts?: readonly TextRow[];
  readonly attachments: readonly AttachmentRow[];
  /** Small blobs that this step brings. */
  readonly blobs?: readonly SmallBlob[];
  readonly events: readonly (Seal | EventOfTask)[];
}

/** A task with everything that a node keeps of it. */
export interface TaskFacts {
  readonly row: TaskRow;
  /** Place in the queue, from 1; absent for a task that isn't queued. */
  readonly position?: number;
  readonly attachments: readonly AttachmentRow[];
}

/** Tasks that are asked about: one, all of a run, those that are neither done nor fenced, or none. */
export type StatusQuestion = { readonly task: string } | { readonly run: string } | "open" | "none";

export interface StatusAnswer {
  /** Number of entries of the feed. */
  readonly size: number;
  readonly queue: { readonly waiting: number; readonly running: number };
  /** In the order of acceptance. */
  readonly tasks: readonly TaskFacts[];
  /** Rows of the outbox that are, or carry, one of these tasks; of a run, all of its rows. First due first. */
  readonly outbox: readonly OutboxRow[];
  /** The run that was asked about, on main. */
  readonly run?: RunRow;
}

/** Everything that a node keeps of a run. */
export interface RunEvidence {
  readonly run?: RunRow;
  /** In the order of acceptance. */
  readonly tasks: readonly TaskFacts[];
  readonly outbox: readonly OutboxRow[];
  /** Kept envelopes about the run, oldest first. */
  readonly envelopes: readonly Envelope[];
  /** Texts about the run that are here, by the salted digests that name them. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Change that is waited for. A key narrows it: a commit that changes other tasks, or other runs, wakes nobody who waits for this one.
 * `task`: a task's state, lease or attempt; `outbox`: a row; `feed`: an entry; `run`: a run's row; `peer`: a node's health.
 */
export type Topic =
  | { readonly topic: "task"; readonly task?: string }
  | { readonly topic: "outbox"; readonly run?: string }
  | { readonly topic: "run"; readonly run?: string }
  | { readonly topic: "feed" }
  | { readonly topic: "peer" };

/**
 * The memory of a node: named, atomic, durable operations, and reads of which each is one snapshot. A promise of an operation resolves only
 * after the commit is on the disk. Seals are called inside the transaction, and again where it is made again: they are pure and synchronous.
 * Rejections: `disk_full` and `internal` (`TasukiError`); after a failed fsync the store is closed for good.
 */
export interface Store extends AsyncDisposable {
  /** UUIDv7 made with the data folder; it names the node's log. */
  readonly instance: string;
  /** Identifies this opening of the store. Leases of earlier boots ended when it was opened. */
  readonly boot: string;
  readonly blobs: Blobs;

  /**
   * Accepts a task, judged in this order: replay (a task's record is never removed, so a replay is recognised for as long as the data folder
   * lives), conflict, epoch, stage taken, end of the run, attachments, the sender's room in the queue. `seal` makes the receipt. What main itself
   * sends makes unproven work of its run proven.
   * `work` and `run` are queued, and `work` fences work of lower epochs; `nudge` makes the run's pending outbox rows due
   * now, and tries blocked ones again; `cancel` fences the run's tasks below its epoch and withdraws their hand-offs; `close` withdraws the run's
   * hand-offs, ends its tasks, and lets no work of its epoch or of a lower one in any more. Those three are `done` at once.
   */
  accept(request: AcceptRequest, seal: Seal): Promise<Accepted>;
  /**
   * Claims a task that is due, of these kinds if any are named, with a lease of `leaseMs`. Senders have turns: the one that has waited longest for
   * its turn is next, with the task of its own that was accepted first; unproven work waits for all other. Resolves with
   * undefined where none is due.
   */
  claim(at: { now: number; leaseMs: number; kinds?: readonly TaskKind[] }, seal: (row: TaskRow) => Seal): Promise<Claimed | undefined>;
  /** Extends a lease. Resolves with false once the task was fenced or another attempt has begun: the work must stop then. */
  renew(lease: Lease, until: number): Promise<boolean>;
  /**
   * Ends an attempt, with the outbox row that the seal brings; the seal is made of the task's row. Resolves with false, and changes nothing, where
   * the lease is gone. `again` may have no seal. A `done` that no task waits behind may share the next commit: it takes a second more at most.
   */
  complete(lease: Lease, completion: Completion, seal: ((row: TaskRow) => Seal) | undefined): Promise<boolean>;
  /**
   * Records the answer to an outbox row. The task that the row carries is done with `done`, fenced with `superseded`, blocked with `blocked`;
   * the seal is made of that task's row. Resolves with false, and changes nothing, where the row is not pending any more. A `done` that no other row
   * waits behind may share the next commit: it takes a second more at most. Where it is lost with its process, the task is sent
   * again, and answered with the same receipt.
   */
  settle(id: string, settlement: Settlement, seal: ((carried: TaskRow | undefined) => Seal) | undefined): Promise<boolean>;
  /** Puts a blocked task back into the queue, or its blocked hand-off back into the outbox. Resolves with false where neither is blocked. */
  retry(task: string, seal: Seal): Promise<boolean>;
  /** Ends leases that lapsed before `now`. Resolves with the tasks that went back into the queue. */
  expireLeases(now: number): Promise<readonly string[]>;
  /**
   * Commits one step of main's. Two answers change nothing and call no seal: `conflict`, a run was stepped by somebody else since it was read; and
   * `missing`, a blob that an attachment names is not here, or not any more.
   */
  change(change: RunChange): Promise<"committed" | "conflict" | "missing">;
  /** Writes one event that changes nothing else (a rejection, a denial). Resolves with its index. */
  append(seal: Seal): Promise<number>;
  savePeer(peer: PeerRow): Promise<void>;
  /**
   * Records that a blob is here, and the contract (`name@version`) that it passed; a small one is kept by this very commit. Resolves with false where it
   * was here before. A blob that was marked by a sweep stays. Rejects with `unavailable` where a large one's bytes are not here, or are just being deleted.
   */
  addBlob(blob: NewBlob & { readonly now: number }): Promise<boolean>;
  /** Records that a blob's bytes are lost or were changed: the digest is missing from then on, and a sender brings it again. */
  loseBlob(sha256: string): Promise<void>;
  /**
   * Deletes blobs that an earlier sweep has marked and that no row names, then marks those that were added before a time and that no row
   * names. Resolves with the number of deleted ones.
   */
  sweepBlobs(before: number): Promise<number>;
  /**
   * Gives up unproven work that was accepted before a time: its tasks are fenced, and no row names its files any more, so that a sweep deletes them.
   * Records, receipts and envelopes stay. Resolves with the runs of it.
   */
  giveUpUnproven(before: number): Promise<readonly string[]>;

  task(id: string): Promise<TaskRow | undefined>;
  grounds(of: { task: string; run: string; blobs: readonly string[] }): Promise<Grounds>;
  statusOf(question: StatusQuestion): Promise<StatusAnswer>;
  evidenceOf(run: string): Promise<RunEvidence>;
  /** Tasks of runs, in the order of acceptance. */
  tasksOf(runs: readonly string[]): Promise<readonly TaskFacts[]>;
  /** One page of all tasks in the order of acceptance: those after the task `after` (from the first on, without it), at most `limit`. */
  history(page: { after?: string; limit: number }): Promise<readonly TaskFacts[]>;
  /** Files of tasks, also of tasks of other nodes (which main has pulled). */
  filesOf(tasks: readonly string[]): Promise<readonly AttachmentRow[]>;
  /** Those of the blobs that are here, by their SHA-256. */
  blobsOf(sha256s: readonly string[]): Promise<ReadonlyMap<string, BlobRow>>;
  /** Number of tasks that wait, the earliest time at which a delayed one is due, and that at which a lease lapses; both may be past. */
  dueTasks(): Promise<{ readonly waiting: number; readonly next?: number; readonly lapse?: number }>;
  /**
   * Rows of the outbox that are due, first due first: of each destination the first `mostDue`, and all that were tried before. And the earliest time at
   * which a pending one is due, which may be past.
   */
  dueOutbox(now: number): Promise<{ readonly rows: readonly OutboxRow[]; readonly next?: number }>;
  outboxRow(id: string): Promise<OutboxRow | undefined>;
  run(id: string): Promise<RunRow | undefined>;
  /** One page of the runs, newest first: those after the run `after` (from the newest on, without it), at most `limit`. */
  runs(filter?: { open?: boolean; limit?: number; after?: string }): Promise<readonly RunRow[]>;
  /** A page of entries in their order, each with those of its texts that are here: at most `limit`, and 8 MiB of them or one. */
  feed(from: number, limit: number): Promise<readonly FeedEntry[]>;
  feedSize(): Promise<number>;
  /** The newest kept envelope about a run for each of these payloads (their SHA-256) that there is. */
  envelopes(run: string, payloadSha256s: readonly string[]): Promise<ReadonlyMap<string, Envelope>>;
  /** Position in the feed of a node's newest installation. */
  position(node: string): Promise<Position | undefined>;
  peers(): Promise<readonly PeerRow[]>;

  /** Calls the listener after each commit that changed one of the topics. Returns the function that ends this. */
  onCommit(topics: readonly Topic[], listener: () => void): () => void;
  /**
   * Looks for commits that were not announced, those of other processes, and calls the listeners of what they may have changed. Absent where
   * this process alone can commit. A node that has it calls it every second: one poll for everything that waits.
   */
  readonly poll?: () => Promise<void>;
}
