import type { DatabaseSync } from "node:sqlite";
import { TasukiError } from "@tasuki/protocol";
import type { Change } from "../port/topics.ts";
import type { Recorder } from "./recorder.ts";
import { isBroken, isDiskFull, toFailure } from "./sqlite-errors.ts";
import { type Outcome, transact } from "./transact.ts";

export interface Writer {
  /**
   * Runs `operation` in a transaction that it shares with all others of the same turn, and resolves with its result once that is on
   * the disk. An operation that throws has only its own changes undone. It may be run again, so it must touch nothing but the database.
   */
  readonly write: <Result>(operation: () => Result) => Promise<Result>;
  /** As `write`; where `mayWait` holds, the operation shares the next commit, or is committed after `alongMs`. */
  readonly writeAlong: <Result>(operation: () => Result, mayWait: () => boolean) => Promise<Result>;
  /** Answers a question out of what is committed. What the disk can't give fails the writer, too: nothing that is written after it would be sound. */
  readonly read: <Answer>(question: () => Answer) => Promise<Answer>;
  /** Refuses all operations and questions from now on, those in the queue included, and reports the error as `broken`. */
  fail(error: TasukiError): void;
  /** Commits the queue, then refuses all operations and questions. */
  close(): void;
}

interface WriterDeps {
  readonly db: DatabaseSync;
  /** File of the database, which failures name. */
  readonly path: string;
  /** The recorder to which operations tell what they change. */
  readonly recorder: Recorder;
  /** Called after each commit that changed something, after its promises were resolved. */
  readonly committed: (changes: readonly Change[]) => void;
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

/** Longest wait of an operation for a commit that it can share, milliseconds. */
const alongMs = 1_000;

/** Creates the one writer of a database. It commits in groups: while one fsync blocks, the next batch forms, and no timer is needed. */
export function createWriter({ db, path, recorder, committed, broken }: WriterDeps): Writer {
  let queue: Item[] = [];
  let refusal: TasukiError | undefined;
  /** True from a `write` to the turn that commits it. */
  let isDue = false;
  let along: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(along);
    [isDue, along] = [false, undefined];
    if (queue.length === 0) return;
    const batch = queue;
    queue = batch.splice(batchLimit);
    if (queue.length > 0) soon();
    const changes = commit(batch);
    if (refusal === undefined && changes.length > 0) committed(changes);
  };

  const soon = (): void => {
    if (!isDue) setImmediate(flush);
    isDue = true;
  };
  const enqueue = <Result>(operation: () => Result, schedule: () => void): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      if (refusal !== undefined) return reject(refusal);
      // `value` is what this very operation returned, so it is a Result.
      queue.push({ operation, resolve: (value) => resolve(value as Result), reject });
      schedule();
    });

  const fail = (error: TasukiError): void => {
    if (refusal !== undefined) return;
    refusal = error;
    refuse(queue.splice(0), error);
    broken(error);
  };

  /** Returns what was changed. */
  const commit = (batch: readonly Item[]): readonly Change[] => {
    if (refusal !== undefined) return refuse(batch, refusal);
    let outcomes: readonly Outcome[];
    try {
      outcomes = transact(
        { db, recorder },
        batch.map(({ operation }) => operation),
      );
    } catch (error) {
      if (isDiskFull(error)) {
        // Each item is committed by itself, so that one for which there is no room does not take the others with it.
        return batch.length > 1 ? batch.flatMap((item) => commit([item])) : refuse(batch, diskFull(error));
      }
      const failure = toFailure(error, path);
      refuse(batch, failure);
      fail(failure);
      return [];
    }
    batch.forEach(({ resolve, reject }, at) => {
      const outcome = outcomes[at];
      if (outcome !== undefined && "value" in outcome) resolve(outcome.value);
      else reject(outcome?.error);
    });
    return outcomes.flatMap((outcome) => ("value" in outcome ? outcome.changes : []));
  };

  return {
    write: (operation) => enqueue(operation, soon),
    writeAlong: (operation, mayWait) =>
      enqueue(operation, () => {
        if (holds(mayWait)) along ??= setTimeout(flush, alongMs);
        else soon();
      }),
    async read(question) {
      if (refusal !== undefined) throw refusal;
      try {
        return question();
      } catch (error) {
        if (!isBroken(error)) throw error;
        const failure = toFailure(error, path);
        fail(failure);
        throw failure;
      }
    },
    fail,
    close() {
      while (queue.length > 0) flush();
      refusal ??= new TasukiError("unavailable", "the store is closed: the node is stopping");
    },
  };
}

/** True where a condition holds; one that can't be read does not, and the operation meets the same error. */
function holds(condition: () => boolean): boolean {
  try {
    return condition();
  } catch {
    return false;
  }
}

/** Refuses operations, which change nothing. */
function refuse(batch: readonly Item[], error: TasukiError): readonly Change[] {
  for (const item of batch) item.reject(error);
  return [];
}

function diskFull(cause: unknown): TasukiError {
  return new TasukiError("disk_full", "the disk of the data folder has no room: nothing was changed; make room and try again", { cause });
}
