import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { migrate } from "./schema.ts";
import { hasCode, isBroken, sqliteBusy, toFailure } from "./sqlite-errors.ts";

/** Longest wait for another process's lock, milliseconds: long enough for a process that is ending, short for a person. */
const lockWaitMs = 200;

/** Path of the database in a data folder. */
export function databasePath(folder: string): string {
  return join(folder, "node.sqlite");
}

/**
 * Opens `node.sqlite` of a data folder for this process alone. In exclusive mode SQLite holds an advisory lock on the file from the
 * first read until it is closed or the process is gone, `kill -9` included (sqlite.org/pragma.html#pragma_locking_mode). With
 * `synchronous = FULL` a commit returns once the log is on the disk. Throws `invalid_state` where another process has the folder.
 */
export function openDatabase(folder: string): DatabaseSync {
  const path = databasePath(folder);
  const db = new DatabaseSync(path, { timeout: lockWaitMs, enableForeignKeyConstraints: true });
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    if (isBroken(error)) throw toFailure(error, path);
    if (!hasCode(error, sqliteBusy)) throw error;
    throw new TasukiError("invalid_state", `the data folder ${folder} is in use by another process: stop that one, or use another folder`, {
      cause: error,
    });
  }
}
