import type { Sql } from "./sql.ts";

/** Digests that a row names: files of tasks (of this node's, or on their way out), and the manifest with which a run was closed. */
const named = `SELECT sha256 FROM attachment
  UNION SELECT json_extract(payload, '$.bundle') FROM task WHERE kind = 'close'
  UNION SELECT json_extract(payload, '$.bundle') FROM outbox
  UNION SELECT json_extract(file.value, '$.sha256') FROM outbox, json_each(outbox.payload, '$.attachments') AS file
    WHERE state IN ('pending', 'blocked')`;

/** Creates the operations on `blob` and `blob_contract`. These tables say which blobs there are; the bytes are files. */
export function createBlobRows(sql: Sql) {
  return {
    /** Adds a blob under a contract. A blob that is added again is as young as its newest addition. */
    add({ sha256, size, contract, now }: { sha256: string; size: number; contract: string; now: number }): void {
      sql(
        `INSERT INTO blob (sha256, size, added_at) VALUES (:sha256, :size, :now)
         ON CONFLICT (sha256) DO UPDATE SET added_at = max(added_at, excluded.added_at)`,
      ).run({ sha256, size, now });
      sql("INSERT OR IGNORE INTO blob_contract (sha256, contract) VALUES (:sha256, :contract)").run({ sha256, contract });
    },
    blob: (sha256: string): { size: number; contracts: string[] } | undefined => {
      const row = sql<{ size: number }>("SELECT size FROM blob WHERE sha256 = :sha256").get({ sha256 });
      const contracts = "SELECT contract FROM blob_contract WHERE sha256 = :sha256 ORDER BY contract";
      return (
        row && {
          size: row.size,
          contracts: sql<{ contract: string }>(contracts)
            .all({ sha256 })
            .map(({ contract }) => contract),
        }
      );
    },
    /** Deletes the rows of blobs that were added before a time and that no row names. Returns their digests. */
    forget: (before: number): string[] =>
      sql<{ sha256: string }>(
        `DELETE FROM blob WHERE added_at < :before AND sha256 NOT IN (SELECT sha256 FROM (${named}) WHERE sha256 IS NOT NULL) RETURNING sha256`,
      )
        .all({ before })
        .map(({ sha256 }) => sha256),
  };
}
