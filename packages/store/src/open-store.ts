import type { Clock, Logger, TasukiError } from "@tasuki/protocol";
import type { DatabaseSync } from "node:sqlite";
import { makeFolder } from "./files/durable.ts";
import { openFileBlobs } from "./files/file-blobs.ts";
import type { Store } from "./port/store.ts";
import { createTopics } from "./port/topics.ts";
import { createRecorder } from "./sqlite/recorder.ts";
import { matchBlobs } from "./match-blobs.ts";
import { createBlobRows } from "./sqlite/blob-rows.ts";
import { openDatabase } from "./sqlite/open-database.ts";
import { createSql } from "./sqlite/sql.ts";
import { createSqliteStore } from "./sqlite/sqlite-store.ts";
import { createWriter } from "./sqlite/writer.ts";

export interface StoreOptions {
  /** The data folder, which is made where it is missing. */
  readonly folder: string;
  readonly clock: Pick<Clock, "now">;
  /** A new UUIDv7. */
  readonly newId: () => string;
  readonly logger?: Logger;
}

export interface OpenStore extends Store {
  /** Rejects once a write could not be made durable. The store refuses everything from then on: the process must end, and open it again. */
  readonly failed: Promise<never>;
}

/**
 * Opens a data folder for this process alone. Leases of earlier boots end: their tasks are queued again, and the attempts count. Rows of blobs
 * without a file, and files without a row, are named in the log. Rejects with `invalid_state` where another process has the folder open, or a
 * newer program wrote it.
 */
export async function openStore({ folder, clock, newId, logger }: StoreOptions): Promise<OpenStore> {
  // The group may go through the data folder, to the sockets in it.
  await makeFolder(folder, 0o710);
  const db = openDatabase(folder);
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // `failed` may have no handler, and must not end the process then: every operation rejects with the same failure.
  failed.catch(() => undefined);
  const broken = (error: TasukiError): void => {
    logger?.error({ err: error }, "the store failed and is closed");
    if (db.isOpen) db.close();
    reject(error);
  };
  try {
    const sql = createSql(db);
    const recorder = createRecorder();
    const { onCommit, announce } = createTopics();
    const writer = createWriter({ db, recorder, broken, committed: announce });
    const blobs = await openFileBlobs({
      folder,
      newId,
      broken: (error) => writer.fail(error),
    });
    const { instance, requeued } = begin(db, newId);
    if (requeued > 0) logger?.info({ tasks: requeued }, "leases of an earlier boot ended; their tasks are queued again");
    await matchBlobs({ blobs, rows: createBlobRows(sql), write: writer.write, now: clock.now(), ...(logger && { logger }) });
    const store = createSqliteStore({ db, sql, writer, recorder, blobs, instance, boot: newId(), clock, onCommit });
    return { ...store, failed };
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

/** Begins a boot, in one commit: makes the folder's own id where there is none, and ends the leases of the boots before. */
function begin(db: DatabaseSync, newId: () => string): { instance: string; requeued: number } {
  db.exec("BEGIN IMMEDIATE");
  db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('instance', ?)").run(newId());
  const requeued = db.prepare("UPDATE task SET state = 'queued', lease_until = NULL, boot = NULL WHERE state = 'running'").run();
  const instance = db.prepare("SELECT value FROM meta WHERE key = 'instance'").get()?.["value"];
  db.exec("COMMIT");
  return { instance: String(instance), requeued: Number(requeued.changes) };
}
