// Stands for node:sqlite in a boot's code: real SQLite in memory, which outlives the boot that opened it, as a file would.
import { DatabaseSync as Sqlite, type StatementSync } from "node:sqlite";
import { theBoot } from "./file-work.ts";

const sqliteFull = 13;
const sqliteIoErrorFsync = 1034;
const unsyncedAfterMs = 500;

function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(`${message} (simulated)`), { code: "ERR_SQLITE_ERROR", errcode });
}

// The preparation of statements is most of what a restart would take. A statement keeps nothing from one use to the next.
const statements = new WeakMap<Sqlite, Map<string, StatementSync>>();

/** One connection of one boot. */
export class DatabaseSync {
  readonly #boot = theBoot();
  readonly #sqlite: Sqlite;
  #isOpen = true;
  #isInTransaction = false;

  constructor(path: string) {
    const { disk } = this.#boot;
    const sqlite = disk.databases.get(path) ?? new Sqlite(":memory:", { enableForeignKeyConstraints: true });
    disk.databases.set(path, sqlite);
    // A transaction that the last boot had begun and not committed went with it.
    if (sqlite.isTransaction && !disk.unsynced.has(sqlite)) sqlite.exec("ROLLBACK");
    this.#sqlite = sqlite;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isTransaction(): boolean {
    return this.#isInTransaction;
  }

  exec(sql: string): void {
    if (!this.#isOpen || !this.#boot.isAlive()) throw sqliteError(21, "the database is not open");
    switch (sql) {
      case "BEGIN IMMEDIATE":
        return this.#begin();
      case "COMMIT":
        return this.#commit();
      case "ROLLBACK":
        return this.#end("ROLLBACK");
      case "PRAGMA synchronous = OFF":
        return this.#stopSyncing();
      default:
        this.#sqlite.exec(sql);
    }
  }

  prepare(sql: string): StatementSync {
    const known = statements.get(this.#sqlite) ?? new Map<string, StatementSync>();
    statements.set(this.#sqlite, known);
    const statement = known.get(sql) ?? this.#sqlite.prepare(sql);
    known.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Commits until shortly after the opening have got to the disk by themselves; from then on, none does before the power goes. */
  #stopSyncing(): void {
    const { disk, time } = this.#boot;
    time.after(unsyncedAfterMs, () => disk.unsynced.add(this.#sqlite));
  }

  get #isUnsynced(): boolean {
    return this.#boot.disk.unsynced.has(this.#sqlite);
  }

  #begin(): void {
    if (this.#isUnsynced && !this.#sqlite.isTransaction) this.#sqlite.exec("BEGIN");
    this.#sqlite.exec(this.#isUnsynced ? "SAVEPOINT commit_of_process" : "BEGIN IMMEDIATE");
    this.#isInTransaction = true;
  }

  #end(how: "COMMIT" | "ROLLBACK"): void {
    if (this.#isUnsynced && how === "ROLLBACK") this.#sqlite.exec("ROLLBACK TO commit_of_process");
    this.#sqlite.exec(this.#isUnsynced ? "RELEASE commit_of_process" : how);
    this.#isInTransaction = false;
  }

  #commit(): void {
    const { disk, mishaps } = this.#boot;
    const fate = disk.full ? "full" : mishaps.onCommit();
    switch (fate) {
      case "kept":
        return this.#end("COMMIT");
      case "full":
        throw sqliteError(sqliteFull, "database or disk is full");
      case "killed-before":
        this.#end("ROLLBACK");
        this.#boot.kill();
        throw sqliteError(21, "the process was killed before its commit");
      case "killed-after":
        this.#end("COMMIT");
        return this.#boot.kill();
      case "unsynced-kept":
      case "unsynced-lost":
        this.#end(fate === "unsynced-kept" ? "COMMIT" : "ROLLBACK");
        throw sqliteError(sqliteIoErrorFsync, "disk I/O error: fsync");
    }
  }
}
