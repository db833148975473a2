import type { PeerRow, Position, RunRow } from "../port/rows.ts";
import { type RunRecord, toRunRow } from "./records.ts";
import type { Sql } from "./sql.ts";

const select = "SELECT id, epoch, ended, state, created_at FROM run";

/** Creates the operations on `run`, `position` and `peer`: main's memory of runs and of the other nodes. */
export function createRuns(sql: Sql) {
  return {
    save: ({ id, epoch, ended, state, createdAt }: RunRow): void =>
      void sql(
        `INSERT INTO run (id, epoch, ended, state, created_at) VALUES (:id, :epoch, :ended, :state, :createdAt)
         ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, ended = excluded.ended, state = excluded.state`,
      ).run({ id, epoch, ended: ended ? 1 : 0, state: JSON.stringify(state), createdAt }),
    run: (id: string): RunRow | undefined => {
      const record = sql<RunRecord>(`${select} WHERE id = :id`).get({ id });
      return record && toRunRow(record);
    },
    runs: ({ open = false, limit = -1 }: { open?: boolean; limit?: number }): RunRow[] =>
      sql<RunRecord>(`${select} ${open ? "WHERE ended = 0" : ""} ORDER BY created_at DESC, id DESC LIMIT :limit`)
        .all({ limit })
        .map(toRunRow),
    savePosition: ({ node, instance, next }: Position): void =>
      void sql("INSERT OR REPLACE INTO position (node, instance, next) VALUES (:node, :instance, :next)").run({ node, instance, next }),
    position: (node: string): Position | undefined =>
      sql<Position>("SELECT node, instance, next FROM position WHERE node = :node").get({ node }),
    savePeer: ({ node, health, at }: PeerRow): void =>
      void sql("INSERT OR REPLACE INTO peer (node, health, at) VALUES (:node, :health, :at)").run({
        node,
        health: JSON.stringify(health),
        at,
      }),
    peers: (): PeerRow[] =>
      sql<{ node: string; health: string; at: number }>("SELECT node, health, at FROM peer ORDER BY node")
        .all()
        .map(({ node, health, at }) => ({ node, health: JSON.parse(health) as unknown, at })),
  };
}
export type Runs = ReturnType<typeof createRuns>;
