import type { PeerRow, Position, RunRow } from "../port/rows.ts";
import type { Store } from "../port/store.ts";
import type { Recorder } from "./recorder.ts";
import { type RunRecord, toRunRow } from "./records.ts";
import type { Sql } from "./sql.ts";

const select = "SELECT id, version, epoch, ended, state, created_at FROM run";

/** Creates the operations on `run`, `position` and `peer`: main's memory of runs and of the other nodes. */
export function createRuns({ sql, recorder }: { sql: Sql; recorder: Pick<Recorder, "changed"> }) {
  return {
    /** Saves a row as the version after the one that is kept. */
    save({ id, epoch, ended, state, createdAt }: RunRow): void {
      sql(
        `INSERT INTO run (id, version, epoch, ended, state, created_at) VALUES (:id, 1, :epoch, :ended, :state, :createdAt)
         ON CONFLICT (id) DO UPDATE SET version = run.version + 1, epoch = excluded.epoch, ended = excluded.ended, state = excluded.state`,
      ).run({ id, epoch, ended: ended ? 1 : 0, state: JSON.stringify(state), createdAt });
      recorder.changed({ topic: "run", run: id });
    },
    /** True where a row is kept in the version that was read; version 0 is that of a row that is not kept. */
    isAt: ({ id, version }: RunRow): boolean =>
      (sql<{ version: number }>("SELECT version FROM run WHERE id = :id").get({ id })?.version ?? 0) === version,
    run: (id: string): RunRow | undefined => {
      const record = sql<RunRecord>(`${select} WHERE id = :id`).get({ id });
      return record && toRunRow(record);
    },
    runs({ open = false, limit = -1, after }: Parameters<Store["runs"]>[0] & object): RunRow[] {
      const older = "(created_at, id) < (SELECT created_at, id FROM run WHERE id = :after)";
      const where = `WHERE ${open ? "ended = 0" : "TRUE"}${after === undefined ? "" : ` AND ${older}`}`;
      return sql<RunRecord>(`${select} ${where} ORDER BY created_at DESC, id DESC LIMIT :limit`)
        .all({ limit, ...(after !== undefined && { after }) })
        .map(toRunRow);
    },
    savePosition: ({ node, instance, next, leaf }: Position): void =>
      void sql(
        `INSERT INTO position (node, log, next, leaf, saved)
         VALUES (:node, :instance, :next, :leaf, (SELECT coalesce(max(saved), 0) + 1 FROM position WHERE node = :node))
         ON CONFLICT (node, log) DO UPDATE SET next = excluded.next, leaf = excluded.leaf, saved = excluded.saved 
         WHERE excluded.next >= position.next`,
      ).run({ node, instance, next, leaf }),
    position(node: string): Position | undefined {
      const newest = "SELECT log AS instance, next, leaf FROM position WHERE node = :node ORDER BY saved DESC LIMIT 1";
      const record = sql<{ instance: string; next: number; leaf: string | null }>(newest).get({ node });
      if (record === undefined) return undefined;
      const { instance, next, leaf } = record;
      return { node, instance, next, ...(leaf !== null && { leaf }) };
    },
    savePeer({ node, health, at }: PeerRow): void {
      sql("INSERT OR REPLACE INTO peer (node, health, at) VALUES (:node, :health, :at)").run({ node, health: JSON.stringify(health), at });
      recorder.changed({ topic: "peer" });
    },
    peers: (): PeerRow[] =>
      sql<{ node: string; health: string; at: number }>("SELECT node, health, at FROM peer ORDER BY node")
        .all()
        .map(({ node, health, at }) => ({ node, health: JSON.parse(health) as unknown, at })),
  };
}
export type Runs = ReturnType<typeof createRuns>;
