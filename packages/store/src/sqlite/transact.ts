import type { DatabaseSync } from "node:sqlite";
import { isTasukiError, TasukiError } from "@tasuki/protocol";
import { isBroken, isDiskFull } from "./sqlite-errors.ts";

export type Outcome = { readonly value: unknown } | { readonly error: unknown };
type Operation = () => unknown;

/**
 * Runs operations in one transaction. An operation that throws undoes its own changes alone, and its error is its outcome. Throws, with
 * nothing changed, where the transaction itself could not be kept.
 */
export function transact(db: DatabaseSync, operations: readonly Operation[]): Outcome[] {
  try {
    return inTransaction(db, () => operations.map((operation) => ({ value: operation() })));
  } catch (error) {
    if (isDiskFull(error) || isBroken(error)) throw error;
    // Savepoints cost as much as a small operation, and operations hardly ever throw. So only a batch in which one did is run with savepoints.
    return inTransaction(db, () => operations.map((operation) => apart(db, operation)));
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

function apart(db: DatabaseSync, operation: Operation): Outcome {
  db.exec("SAVEPOINT operation");
  try {
    const value = operation();
    db.exec("RELEASE operation");
    return { value };
  } catch (error) {
    if (isDiskFull(error) || isBroken(error)) throw error;
    db.exec("ROLLBACK TO operation");
    db.exec("RELEASE operation");
    return { error: isTasukiError(error) ? error : new TasukiError("internal", "the store could not do this", { cause: error }) };
  }
}
