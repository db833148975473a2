import type { Attachment, TaskKind } from "@tasuki/protocol";
import type { AttachmentRow, TaskRow } from "../port/rows.ts";
import { attachmentColumns, type AttachmentRecord, taskColumns, type TaskRecord, toAttachmentRow, toTaskRow } from "./records.ts";
import type { Sql } from "./sql.ts";

/** Creates the reads of `task` and `attachment`, and the writes to them that several operations share. */
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
    /** The earliest time of a delayed task. Other queued tasks wait for a free worker, not for a time. */
    nextDue: (): number | undefined =>
      sql<{ at: number | null }>("SELECT min(not_before) AS at FROM task WHERE state = 'queued' AND not_before > 0").get()?.at ?? undefined,
    epoch: (run: string): number =>
      sql<{ epoch: number }>(
        "SELECT max(coalesce((SELECT max(epoch) FROM task WHERE run = :run), 0), coalesce((SELECT epoch FROM run WHERE id = :run), 0)) AS epoch",
      ).get({ run })?.epoch ?? 0,
    /** The epoch at which a run was closed here. */
    closed: (run: string): number | undefined =>
      sql<{ epoch: number | null }>("SELECT max(epoch) AS epoch FROM task WHERE run = :run AND kind = 'close'").get({ run })?.epoch ??
      undefined,
    /** Ends lapsed leases, of one run or of all: their tasks are queued again, and the lapsed attempts count. Returns these tasks. */
    expire: (now: number, run?: string): string[] =>
      sql<{ id: string }>(
        `UPDATE task SET state = 'queued', lease_until = NULL, boot = NULL
         WHERE state = 'running' AND lease_until < :now AND (:run IS NULL OR run = :run) RETURNING id`,
      )
        .all({ now, run })
        .map(({ id }) => id),
    /** Ends a run's tasks of lower epochs, with their leases, blocks and places in the queue. */
    fence: (run: string, { below, kind }: { readonly below: number; readonly kind?: "work" }): void =>
      void sql(
        `UPDATE task SET state = 'fenced', lease_until = NULL, boot = NULL, block = NULL
         WHERE run = :run AND epoch < :below AND state NOT IN ('done', 'fenced') AND (:kind IS NULL OR kind = :kind)`,
      ).run({ run, below, kind }),
    /** Ends all tasks of a run that is over: the produced ones are done, and every other one is fenced. */
    finish: (run: string): void =>
      void sql(
        `UPDATE task SET state = CASE state WHEN 'produced' THEN 'done' ELSE 'fenced' END, lease_until = NULL, boot = NULL, block = NULL
         WHERE run = :run AND state NOT IN ('done', 'fenced')`,
      ).run({ run }),
  };
}
export type Tasks = ReturnType<typeof createTasks>;
