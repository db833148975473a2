import { type Clock, type Logger, TasukiError } from "@tasuki/protocol";
import type { DatabaseSync } from "node:sqlite";
import { makeFolder } from "./files/durable.ts";
import { openFileBlobs } from "./files/file-blobs.ts";
import type { Store } from "./port/store.ts";
import { createTopics } from "./port/topics.ts";
import { createRecorder } from "./sqlite/recorder.ts";
import { matchBlobs } from "./match-blobs.ts";
import { createBlobRows } from "./sqlite/blob-rows.ts";
import { databasePath, openDatabase } from "./sqlite/open-database.ts";
import { createSql } from "./sqlite/sql.ts";
import { isBroken, toFailure } from "./sqlite/sqlite-errors.ts";
import { createSqliteStore } from "./sqlite/sqlite-store.ts";
import { createWriter } from "./sqlite/writer.ts";

export interface StoreOptions {
  /** The data folder, which is made where it is missing. */
  readonly folder: string;
  /** Name of the node that the folder is of. The first one that opens it is written into it, and no other may open it from then on. */
  readonly node?: string;
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
 * without bytes and file, and files without a row, are named in the log. Rejects with `invalid_state` where another process has the folder open, a newer
 * program wrote it, its database is another node's, or is gone; with `internal` where it is damaged.
 */
export async function openStore({ folder, node, clock, newId, logger }: StoreOptions): Promise<OpenStore> {
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
    const writer = createWriter({ db, path: databasePath(folder), recorder, broken, committed: announce });
    const rows = createBlobRows(sql);
    const blobs = await openFileBlobs({
      folder,
      newId,
      broken: (error) => writer.fail(error),
      bytesOf: (sha256) => writer.read(() => rows.bytes(sha256)),
    });
    if (isNew(db) && (await blobs.list()).length > 0)
      throw new TasukiError(
        "invalid_state",
        `${databasePath(folder)} is missing or empty, and blobs/ beside it has files: put the database back from a backup, or, to begin anew, move the data folder away but for config.jsonc, trust/, keys/ and identity/`,
      );
    const { instance, requeued } = begin(db, { folder, node, newId });
    if (requeued > 0) logger?.info({ tasks: requeued }, "leases of an earlier boot ended; their tasks are queued again");
    await matchBlobs({ blobs, rows, write: writer.write, now: clock.now(), ...(logger && { logger }) });
    const store = createSqliteStore({ db, sql, writer, recorder, blobs, instance, boot: newId(), clock, onCommit });
    return {
      ...store,
      failed,
      async [Symbol.asyncDispose]() {
        await blobs.end();
        await store[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    if (db.isOpen) db.close();
    throw isBroken(error) ? toFailure(error, databasePath(folder)) : error;
  }
}

const metaOf = (db: DatabaseSync, key: string): string | undefined => {
  const value = db.prepare("SELECT value FROM meta WHERE key = ?").get(key)?.["value"];
  return typeof value === "string" ? value : undefined;
};

/** True for a database that no boot has begun with. */
function isNew(db: DatabaseSync): boolean {
  return metaOf(db, "instance") === undefined;
}

/**
 * Begins a boot, in one commit: makes the folder's own id where there is none, and ends the leases of the boots before. Throws `invalid_state` where
 * another node's boots were before: the folder, or the log of its database, is that one's.
 */
function begin(
  db: DatabaseSync,
  { folder, node, newId }: { readonly folder: string; readonly node: string | undefined; readonly newId: () => string },
): { instance: string; requeued: number } {
  db.exec("BEGIN IMMEDIATE");
  db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('instance', ?)").run(newId());
  if (node !== undefined) db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('node', ?)").run(node);
  const owner = metaOf(db, "node");
  if (node !== undefined && owner !== node)
    throw new TasukiError(
      "invalid_state",
      `the database in ${folder} is of node '${owner}', and this is '${node}': put each node's own data folder back, node.sqlite and node.sqlite-wal together`,
    );
  const requeued = db.prepare("UPDATE task SET state = 'queued', lease_until = NULL, boot = NULL WHERE state = 'running'").run();
  const instance = metaOf(db, "instance");
  db.exec("COMMIT");
  return { instance: String(instance), requeued: Number(requeued.changes) };
}
