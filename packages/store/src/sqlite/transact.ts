import type { DatabaseSync } from "node:sqlite";
import { isTasukiError, TasukiError } from "@tasuki/protocol";
import type { Change } from "../port/topics.ts";
import type { Recorder } from "./recorder.ts";
import { isBroken, isDiskFull } from "./sqlite-errors.ts";

export type Outcome = { readonly value: unknown; readonly changes: readonly Change[] } | { readonly error: unknown };
type Operation = () => unknown;

interface Connection {
  readonly db: DatabaseSync;
  readonly recorder: Recorder;
}

/**
 * Runs operations in one transaction. An operation that throws undoes its own changes alone, and its error is its outcome. Throws, with
 * nothing changed, where the transaction itself could not be kept.
 */
export function transact(connection: Connection, operations: readonly Operation[]): Outcome[] {
  const { db } = connection;
  try {
    return inTransaction(db, () => operations.map((operation) => perform(connection, operation)));
  } catch (error) {
    if (isDiskFull(error) || isBroken(error)) throw error;
    // Savepoints cost as much as a small operation, and operations hardly ever throw. So only a batch in which one did is run with savepoints.
    return inTransaction(db, () => operations.map((operation) => apart(connection, operation)));
  }
}

function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite rolls back by itself after some errors.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function perform({ recorder }: Connection, operation: Operation): Outcome {
  // The changes of an operation that threw went with it.
  recorder.take();
  const value = operation();
  return { value, changes: recorder.take() };
}

function apart(connection: Connection, operation: Operation): Outcome {
  const { db } = connection;
  db.exec("SAVEPOINT operation");
  try {
    const outcome = perform(connection, operation);
    db.exec("RELEASE operation");
    return outcome;
  } catch (error) {
    if (isDiskFull(error) || isBroken(error)) throw error;
    db.exec("ROLLBACK TO operation");
    db.exec("RELEASE operation");
    return { error: isTasukiError(error) ? error : new TasukiError("internal", "the store could not do this", { cause: error }) };
  }
}
