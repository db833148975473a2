import type { DatabaseSync } from "node:sqlite";
import { TasukiError } from "@tasuki/contracts";
import { isDiskFull } from "./sqlite-errors.ts";
import { type Outcome, transact } from "./transact.ts";

export interface Writer {
  /**
   * Runs `operation` in a transaction that it shares with all others of the same turn, and resolves with its result once that is on
   * the disk. Where it throws, only its own changes are undone. It may be run again, so it must touch nothing but the database.
   */
  readonly write: <Result>(operation: () => Result) => Promise<Result>;
  /** Refuses everything from now on, also what waits, and reports it as broken. */
  fail(error: TasukiError): void;
  /** Runs what waits, then refuses everything. */
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

// Bounds how long one turn holds the event loop; at 2,000 operations a second a commit carries far fewer.
const batchLimit = 500;

/** Group commit: while one fsync blocks, the next batch forms. No timer, and one writer. */
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
    run(batch);
    if (refusal === undefined && changes() !== before) committed();
  };

  const fail = (error: TasukiError): void => {
    if (refusal !== undefined) return;
    refusal = error;
    reject(queue.splice(0), error);
    broken(error);
  };

  const run = (batch: readonly Item[]): void => {
    if (refusal !== undefined) return reject(batch, refusal);
    let outcomes: readonly Outcome[];
    try {
      outcomes = transact(
        db,
        batch.map(({ operation }) => operation),
      );
    } catch (error) {
      if (isDiskFull(error)) {
        // What fits may still go in; one that doesn't must not take the others with it.
        if (batch.length > 1) for (const item of batch) run([item]);
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
        // The value is the operation's own.
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
