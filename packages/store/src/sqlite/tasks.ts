import type { Attachment, TaskKind } from "@tasuki/contracts";
import type { AttachmentRow, TaskRow } from "../store.ts";
import { attachmentColumns, type AttachmentRecord, taskColumns, type TaskRecord, toAttachmentRow, toTaskRow } from "./records.ts";
import type { Sql } from "./statement.ts";

/** Reads of `task` and `attachment`, and what several operations do to them. */
export function createTasks(sql: Sql) {
  const attach = ({ task, direction, attempt, name, contract, size, sha256, label }: AttachmentRow): void =>
    void sql(
      `INSERT INTO attachment (${attachmentColumns}) VALUES (:task, :direction, :attempt, :name, :contract, :size, :sha256, :label)
       ON CONFLICT DO UPDATE SET contract = excluded.contract, size = excluded.size, sha256 = excluded.sha256, label = excluded.label`,
    ).run({ task, direction, attempt, name, contract, size, sha256, label });

  const task = (id: string): TaskRow | undefined => {
    const record = sql<TaskRecord>(`SELECT ${taskColumns} FROM task WHERE id = :id`).get({ id });
    return record && toTaskRow(record);
  };

  return {
    task,
    attach,
    attachOutputs: (id: string, attempt: number, outputs: readonly Attachment[]): void => {
      for (const output of outputs) attach({ ...output, task: id, direction: "out", attempt });
    },
    tasks: ({ run, kind }: { run?: string; kind?: TaskKind }): TaskRow[] => {
      const select = `SELECT ${taskColumns} FROM task WHERE`;
      if (run !== undefined)
        return sql<TaskRecord>(`${select} run = :run AND (:kind IS NULL OR kind = :kind) ORDER BY seq`).all({ run, kind }).map(toTaskRow);
      if (kind !== undefined) return sql<TaskRecord>(`${select} kind = :kind ORDER BY seq`).all({ kind }).map(toTaskRow);
      return sql<TaskRecord>(`${select} state NOT IN ('done', 'fenced') ORDER BY seq`).all().map(toTaskRow);
    },
    history: ({ after, limit }: { after?: string; limit: number }): TaskRow[] =>
      sql<TaskRecord>(
        `SELECT ${taskColumns} FROM task WHERE seq > coalesce((SELECT seq FROM task WHERE id = :after), 0) ORDER BY seq LIMIT :limit`,
      )
        .all({ after, limit })
        .map(toTaskRow),
    attachments: (id: string): AttachmentRow[] =>
      sql<AttachmentRecord>(`SELECT ${attachmentColumns} FROM attachment WHERE task = :id ORDER BY rowid`).all({ id }).map(toAttachmentRow),
    queuePosition: (id: string): number | undefined => {
      const before = "SELECT count(*) FROM task AS other WHERE other.state = 'queued' AND other.seq <= task.seq";
      return sql<{ position: number }>(`SELECT (${before}) AS position FROM task WHERE id = :id AND state = 'queued'`).get({ id })
        ?.position;
    },
    waiting: (): number => sql<{ n: number }>("SELECT count(*) AS n FROM task WHERE state = 'queued'").get()?.n ?? 0,
    running: (): number => sql<{ n: number }>("SELECT count(*) AS n FROM task WHERE state = 'running'").get()?.n ?? 0,
    /** Delayed tasks only: others wait for somebody who is free, not for a time. */
    nextDue: (): number | undefined =>
      sql<{ at: number | null }>("SELECT min(not_before) AS at FROM task WHERE state = 'queued' AND not_before > 0").get()?.at ?? undefined,
    epoch: (run: string): number =>
      sql<{ epoch: number }>(
        "SELECT max(coalesce((SELECT max(epoch) FROM task WHERE run = :run), 0), coalesce((SELECT epoch FROM run WHERE id = :run), 0)) AS epoch",
      ).get({ run })?.epoch ?? 0,
    /** Ends leases that lapsed, of one run or of all: back to the queue; the attempt counts. */
    expire: (now: number, run?: string): string[] =>
      sql<{ id: string }>(
        `UPDATE task SET state = 'queued', lease_until = NULL, boot = NULL
         WHERE state = 'running' AND lease_until < :now AND (:run IS NULL OR run = :run) RETURNING id`,
      )
        .all({ now, run })
        .map(({ id }) => id),
    /** Ends tasks of lower epochs: their leases, blocks and places in the queue are gone. */
    fence: (run: string, { below, kind }: { readonly below: number; readonly kind?: "work" }): void =>
      void sql(
        `UPDATE task SET state = 'fenced', lease_until = NULL, boot = NULL, block = NULL
         WHERE run = :run AND epoch < :below AND state NOT IN ('done', 'fenced') AND (:kind IS NULL OR kind = :kind)`,
      ).run({ run, below, kind }),
    /** The run is over: what was produced has done its part, and nothing else goes on. */
    finish: (run: string): void =>
      void sql(
        `UPDATE task SET state = CASE state WHEN 'produced' THEN 'done' ELSE 'fenced' END, lease_until = NULL, boot = NULL, block = NULL
         WHERE run = :run AND state NOT IN ('done', 'fenced')`,
      ).run({ run }),
  };
}
export type Tasks = ReturnType<typeof createTasks>;
