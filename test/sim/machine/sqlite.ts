// Stands for node:sqlite in a boot's code: real SQLite in memory, which outlives the boot that opened it, as a file would.
import { DatabaseSync as Sqlite, type StatementSync } from "node:sqlite";
import { theBoot } from "./file-work.ts";

const sqliteFull = 13;
const sqliteIoErrorFsync = 1034;

function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(`${message} (simulated)`), { code: "ERR_SQLITE_ERROR", errcode });
}

/** One connection of one boot. */
export class DatabaseSync {
  readonly #boot = theBoot();
  readonly #sqlite: Sqlite;
  #isOpen = true;

  constructor(path: string) {
    const { disk } = this.#boot;
    const sqlite = disk.databases.get(path) ?? new Sqlite(":memory:", { enableForeignKeyConstraints: true });
    disk.databases.set(path, sqlite);
    // What the last boot had begun and not committed went with it.
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    this.#sqlite = sqlite;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isTransaction(): boolean {
    return this.#sqlite.isTransaction;
  }

  exec(sql: string): void {
    if (!this.#isOpen || !this.#boot.isAlive()) throw sqliteError(21, "the database is not open");
    if (sql === "COMMIT") this.#commit();
    else this.#sqlite.exec(sql);
  }

  prepare(sql: string): StatementSync {
    return this.#sqlite.prepare(sql);
  }

  close(): void {
    this.#isOpen = false;
  }

  #commit(): void {
    const { disk, mishaps } = this.#boot;
    const fate = disk.full ? "full" : mishaps.onCommit();
    switch (fate) {
      case "kept":
        return this.#sqlite.exec("COMMIT");
      case "full":
        throw sqliteError(sqliteFull, "database or disk is full");
      case "killed-before":
        this.#sqlite.exec("ROLLBACK");
        this.#boot.kill();
        throw sqliteError(21, "the process was killed before its commit");
      case "killed-after":
        this.#sqlite.exec("COMMIT");
        return this.#boot.kill();
      case "unsynced-kept":
      case "unsynced-lost":
        this.#sqlite.exec(fate === "unsynced-kept" ? "COMMIT" : "ROLLBACK");
        throw sqliteError(sqliteIoErrorFsync, "disk I/O error: fsync");
    }
  }
}
