import type { DatabaseSync } from "node:sqlite";
import { isTasukiError, TasukiError } from "@tasuki/contracts";
import { isBroken, isDiskFull } from "./sqlite-errors.ts";

export type Outcome = { readonly value: unknown } | { readonly error: unknown };
type Operation = () => unknown;

/**
 * Runs operations in one transaction. What an operation throws is its outcome, and undoes its own changes only. Throws, with nothing
 * changed, where not even the transaction could be kept.
 */
export function transact(db: DatabaseSync, operations: readonly Operation[]): Outcome[] {
  try {
    return inTransaction(db, () => operations.map((operation) => ({ value: operation() })));
  } catch (error) {
    if (isDiskFull(error) || isBroken(error)) throw error;
    // Savepoints cost as much as a small operation, and hardly any operation throws: they have them once one did.
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
    // SQLite has rolled back by itself after some errors.
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
