import type { DatabaseSync } from "node:sqlite";
import { TasukiError } from "@tasuki/protocol";
import { isDiskFull } from "./sqlite-errors.ts";
import { type Outcome, transact } from "./transact.ts";

export interface Writer {
  /**
   * Runs `operation` in a transaction that it shares with all others of the same turn, and resolves with its result once that is on
   * the disk. An operation that throws has only its own changes undone. It may be run again, so it must touch nothing but the database.
   */
  readonly write: <Result>(operation: () => Result) => Promise<Result>;
  /** Refuses all operations from now on, those in the queue included, and reports the error as `broken`. */
  fail(error: TasukiError): void;
  /** Commits the queue, then refuses all operations. */
  close(): void;
}

interface WriterDeps {
  readonly db: DatabaseSync;
  /** Called after each commit that changed something, after its promises were resolved. */
  readonly committed: () => void;
  /** Called once, when the database can't be relied on any more. */
  readonly broken: (error: TasukiError) => void;
}

interface Item {
  readonly operation: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The most operations of one commit. It bounds how long a turn holds the event loop; at 2,000 operations a second a commit has far fewer. */
const batchLimit = 500;

/** Creates the one writer of a database. It commits in groups: while one fsync blocks, the next batch forms, and no timer is needed. */
export function createWriter({ db, committed, broken }: WriterDeps): Writer {
  let queue: Item[] = [];
  let refusal: TasukiError | undefined;
  const totalChanges = db.prepare("SELECT total_changes() AS changes");
  const changes = (): unknown => totalChanges.get()?.["changes"];

  const flush = (): void => {
    if (queue.length === 0) return;
    const batch = queue;
    queue = batch.splice(batchLimit);
    if (queue.length > 0) setImmediate(flush);
    const before = changes();
    commit(batch);
    if (refusal === undefined && changes() !== before) committed();
  };

  const fail = (error: TasukiError): void => {
    if (refusal !== undefined) return;
    refusal = error;
    reject(queue.splice(0), error);
    broken(error);
  };

  const commit = (batch: readonly Item[]): void => {
    if (refusal !== undefined) return reject(batch, refusal);
    let outcomes: readonly Outcome[];
    try {
      outcomes = transact(
        db,
        batch.map(({ operation }) => operation),
      );
    } catch (error) {
      if (isDiskFull(error)) {
        // Each item is committed by itself, so that one for which there is no room does not take the others with it.
        if (batch.length > 1) for (const item of batch) commit([item]);
        else reject(batch, diskFull(error));
        return;
      }
      const failure = new TasukiError("internal", "the database could not be written, and is closed: the node must start again", {
        cause: error,
      });
      reject(batch, failure);
      return fail(failure);
    }
    batch.forEach(({ resolve, reject }, at) => {
      const outcome = outcomes[at];
      if (outcome !== undefined && "value" in outcome) resolve(outcome.value);
      else reject(outcome?.error);
    });
  };

  return {
    write: <Result>(operation: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        if (refusal !== undefined) return reject(refusal);
        // `value` is what this very operation returned, so it is a Result.
        queue.push({ operation, resolve: (value) => resolve(value as Result), reject });
        if (queue.length === 1) setImmediate(flush);
      }),
    fail,
    close() {
      while (queue.length > 0) flush();
      refusal ??= new TasukiError("unavailable", "the store is closed: the node is stopping");
    },
  };
}

function reject(batch: readonly Item[], error: TasukiError): void {
  for (const item of batch) item.reject(error);
}

function diskFull(cause: unknown): TasukiError {
  return new TasukiError("disk_full", "the disk of the data folder has no room: nothing was changed; make room and try again", { cause });
}
