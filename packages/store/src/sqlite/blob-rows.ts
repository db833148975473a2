import type { Attachment } from "@tasuki/protocol";
import type { NewBlob, SmallBlob } from "../port/blobs.ts";
import type { BlobRow } from "../port/rows.ts";
import type { Sql } from "./sql.ts";

/** Digests that a row names: files of tasks (of this node's, or on their way out), and the manifest with which a run was closed. */
const named = `SELECT sha256 FROM (
  SELECT sha256 FROM attachment
  UNION SELECT json_extract(payload, '$.bundle') FROM task WHERE kind = 'close'
  UNION SELECT json_extract(payload, '$.bundle') FROM outbox
  UNION SELECT json_extract(file.value, '$.sha256') FROM outbox, json_each(outbox.payload, '$.attachments') AS file
    WHERE state IN ('pending', 'blocked')
) WHERE sha256 IS NOT NULL`;

interface Digest {
  readonly sha256: string;
}

const digestsOf = (records: readonly Digest[]): string[] => records.map(({ sha256 }) => sha256);

/**
 * Creates the operations on `blob`, `blob_contract` and `content`. These tables say which blobs are here, and hold the bytes of small ones; those of
 * large ones are files. A row with `doomed_at` was marked by a sweep; one with `deleting` is as good as gone, and its file may be.
 */
export function createBlobRows(sql: Sql) {
  /**
   * Adds a blob, which is as young as its newest addition. One that is just being deleted is here again with its bytes; without them nothing is
   * changed, and `deleting` returned.
   */
  const add = ({ sha256, size, contract, bytes, now }: NewBlob & { readonly now: number }): "new" | "here" | "deleting" => {
    const known = sql<{ deleting: number; content: number | null }>("SELECT deleting, content FROM blob WHERE sha256 = :sha256").get({
      sha256,
    });
    if (known?.deleting === 1 && bytes === undefined) return "deleting";
    const content =
      known?.content ?? (bytes && sql<{ id: number }>("INSERT INTO content (bytes) VALUES (:bytes) RETURNING id").get({ bytes })?.id);
    sql(
      `INSERT INTO blob (sha256, size, added_at, content) VALUES (:sha256, :size, :now, :content)
       ON CONFLICT (sha256) DO UPDATE SET added_at = max(added_at, excluded.added_at), doomed_at = NULL, deleting = 0, content = excluded.content`,
    ).run({ sha256, size, now, content });
    if (contract !== undefined)
      sql("INSERT OR IGNORE INTO blob_contract (sha256, contract) VALUES (:sha256, :contract)").run({ sha256, contract });
    return known === undefined || known.deleting === 1 ? "new" : "here";
  };

  return {
    add,
    /** Adds the small blobs that a commit brings. */
    addAll(blobs: readonly SmallBlob[], now: number): void {
      for (const blob of blobs) add({ ...blob, now });
    },
    /** Bytes of a small blob. */
    bytes: (sha256: string): Uint8Array | undefined =>
      sql<{ bytes: Uint8Array }>("SELECT bytes FROM blob JOIN content ON content.id = blob.content WHERE sha256 = :sha256").get({ sha256 })
        ?.bytes,
    /** Those of the blobs that are here, with the contracts that they passed. */
    blobs(sha256s: readonly string[]): ReadonlyMap<string, BlobRow> {
      if (sha256s.length === 0) return new Map();
      const records = sql<Digest & { size: number; contract: string | null }>(
        `SELECT blob.sha256, size, contract FROM blob LEFT JOIN blob_contract USING (sha256)
         WHERE blob.sha256 IN (SELECT value FROM json_each(:sha256s)) AND deleting = 0 ORDER BY contract`,
      ).all({ sha256s: JSON.stringify(sha256s) });
      const rows = new Map<string, { size: number; contracts: string[] }>();
      for (const { sha256, size, contract } of records) {
        const row = rows.get(sha256) ?? { size, contracts: [] };
        if (contract !== null) row.contracts.push(contract);
        rows.set(sha256, row);
      }
      return rows;
    },
    /** Digests of files that are missing: their bytes are not here, or have not passed the very contract that is named with them. */
    lacking(files: readonly Pick<Attachment, "sha256" | "contract">[]): string[] {
      if (files.length === 0) return [];
      return digestsOf(
        sql<Digest>(
          `SELECT file.value ->> 'sha256' AS sha256 FROM json_each(:files) AS file
           WHERE NOT EXISTS (SELECT 1 FROM blob_contract JOIN blob USING (sha256)
             WHERE blob_contract.sha256 = file.value ->> 'sha256' AND contract = file.value ->> 'contract' AND deleting = 0)
           GROUP BY file.value ->> 'sha256' ORDER BY min(file.key)`,
        ).all({ files: JSON.stringify(files.map(({ sha256, contract }) => ({ sha256, contract }))) }),
      );
    },
    /** Removes the rows of blobs that were given up, and whose files are deleted. One that was brought again meanwhile stays. */
    removeGivenUp: (sha256s: readonly string[]): void =>
      void sql("DELETE FROM blob WHERE deleting = 1 AND sha256 IN (SELECT value FROM json_each(:sha256s))").run({
        sha256s: JSON.stringify(sha256s),
      }),
    /** Removes the rows of blobs that have no file, of those that need one. */
    removeLost: (sha256s: readonly string[]): void =>
      void sql("DELETE FROM blob WHERE content IS NULL AND sha256 IN (SELECT value FROM json_each(:sha256s))").run({
        sha256s: JSON.stringify(sha256s),
      }),
    /** Removes the row of a blob whose bytes are not here. One that was given up stays, until its file is deleted. */
    lose: (sha256: string): void => void sql("DELETE FROM blob WHERE sha256 = :sha256 AND deleting = 0").run({ sha256 }),
    /** Unmarks the marked blobs that a row names by now, and gives up the others. */
    giveUpMarked(): void {
      sql(`UPDATE blob SET doomed_at = NULL WHERE doomed_at IS NOT NULL AND deleting = 0 AND sha256 IN (${named})`).run();
      sql("UPDATE blob SET deleting = 1 WHERE doomed_at IS NOT NULL").run();
    },
    /** Marks the blobs that were added before a time and that no row names. */
    mark: ({ before, now }: { before: number; now: number }): void =>
      void sql(`UPDATE blob SET doomed_at = :now WHERE added_at < :before AND doomed_at IS NULL AND sha256 NOT IN (${named})`).run({
        before,
        now,
      }),
    /** Digests of the blobs that were given up, whose files are to be deleted. */
    givenUp: (): string[] => digestsOf(sql<Digest>("SELECT sha256 FROM blob WHERE deleting = 1").all()),
    /** All digests that have a row, and whether that holds the bytes. */
    digests: (): ReadonlyMap<string, boolean> =>
      new Map(
        sql<Digest & { small: number }>("SELECT sha256, content IS NOT NULL AS small FROM blob")
          .all()
          .map(({ sha256, small }) => [sha256, small === 1]),
      ),
    /** Those of the digests that a row names. */
    named: (sha256s: readonly string[]): string[] =>
      digestsOf(
        sql<Digest>(`SELECT value AS sha256 FROM json_each(:sha256s) WHERE value IN (${named})`).all({ sha256s: JSON.stringify(sha256s) }),
      ),
  };
}
export type BlobRows = ReturnType<typeof createBlobRows>;
