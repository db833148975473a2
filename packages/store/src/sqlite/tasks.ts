import type { Attachment } from "@tasuki/protocol";
import type { AttachmentRow, TaskRow } from "../port/rows.ts";
import type { Grounds } from "../port/acceptance.ts";
import type { TaskFacts } from "../port/store.ts";
import type { Recorder } from "./recorder.ts";
import { attachmentColumns, type AttachmentRecord, taskColumns, type TaskRecord, toAttachmentRow, toTaskRow } from "./records.ts";
import type { Sql } from "./sql.ts";

interface TasksDeps {
  readonly sql: Sql;
  readonly recorder: Pick<Recorder, "changed">;
}

/** A row of `task` with its place in the order of acceptance. */
interface Numbered extends TaskRecord {
  readonly seq: number;
}

interface Key {
  readonly id: string;
}

const rounds = `SELECT seq, unproven, sender, row_number() OVER (PARTITION BY unproven, sender ORDER BY seq) AS round FROM task WHERE state = 'queued'`;
/** Places of tasks that wait (`:queued`), by numbering all that do. */
const numbered = `SELECT seq, position FROM (
  SELECT seq, row_number() OVER (ORDER BY unproven, round, served, seq) AS position FROM (${rounds}) JOIN turn USING (sender)
) WHERE seq IN (SELECT value FROM json_each(:queued))`;

/** Round in which a task that waits (`:seq`) is claimed, by those of its sender that were accepted before it. */
const roundOf = `SELECT unproven, served, (SELECT count(*) FROM task AS own
    WHERE own.state = 'queued' AND own.unproven = task.unproven AND own.sender = task.sender AND own.seq <= task.seq) AS round
  FROM task JOIN turn USING (sender) WHERE seq = :seq`;
const ofSender = "FROM task WHERE state = 'queued' AND task.unproven = :unproven AND task.sender = turn.sender";
/** Place of that task: before it stand those that are proven where it is not, those of earlier rounds, and in its round those of earlier turns. */
const counted = `SELECT (SELECT count(*) FROM task WHERE state = 'queued' AND unproven < :unproven)
  + (SELECT sum((SELECT count(*) FROM (SELECT 1 ${ofSender} LIMIT :round - 1))) FROM turn)
  + (SELECT count(*) FROM (SELECT served, (SELECT seq ${ofSender} ORDER BY seq LIMIT 1 OFFSET :round - 1) AS first FROM turn)
     WHERE first IS NOT NULL AND (served, first) <= (:served, :seq)) AS position`;

/** Creates the reads of `task` and `attachment`, and the writes to them that several operations share. */
export function createTasks({ sql, recorder }: TasksDeps) {
  const attach = ({ task, direction, attempt, name, contract, size, sha256, label }: AttachmentRow): void =>
    void sql(
      `INSERT INTO attachment (${attachmentColumns}) VALUES (:task, :direction, :attempt, :name, :contract, :size, :sha256, :label)
       ON CONFLICT DO UPDATE SET contract = excluded.contract, size = excluded.size, sha256 = excluded.sha256, label = excluded.label`,
    ).run({ task, direction, attempt, name, contract, size, sha256, label });

  const task = (id: string): TaskRow | undefined => {
    const record = sql<TaskRecord>(`SELECT ${taskColumns} FROM task WHERE id = :id`).get({ id });
    return record && toTaskRow(record);
  };

  const filesOf = (ids: readonly string[]): AttachmentRow[] =>
    sql<AttachmentRecord>(
      `SELECT ${attachmentColumns} FROM attachment WHERE task IN (SELECT value FROM json_each(:ids)) ORDER BY attachment.rowid`,
    )
      .all({ ids: JSON.stringify(ids) })
      .map(toAttachmentRow);

  /**
   * Places in the queue, from 1, by `seq`: in which order the tasks are claimed if none comes and each is due. Senders have turns, and what is
   * unproven comes last. That of one task is
   * counted, by walks over the index of what waits: 10,000 tasks are walked in a fraction of the time in which they are numbered.
   */
  const positionsOf = (records: readonly Numbered[]): ReadonlyMap<number, number> => {
    const queued = records.filter(({ state }) => state === "queued").map(({ seq }) => seq);
    const [seq, ...more] = queued;
    if (seq === undefined) return new Map();
    const round = more.length === 0 ? sql<{ unproven: number; served: number; round: number }>(roundOf).get({ seq }) : undefined;
    const position = round && sql<{ position: number }>(counted).get({ ...round, seq })?.position;
    if (position !== undefined) return new Map([[seq, position]]);
    const rows = sql<{ seq: number; position: number }>(numbered).all({ queued: JSON.stringify(queued) });
    return new Map(rows.map(({ seq, position }) => [seq, position]));
  };

  /** Facts of tasks, given in the order of acceptance. */
  const factsOf = (records: readonly Numbered[]): TaskFacts[] => {
    if (records.length === 0) return [];
    const positions = positionsOf(records);
    const files = Map.groupBy(filesOf(records.map(({ id }) => id)), (file) => file.task);
    return records.map((record) => {
      const position = positions.get(record.seq);
      return { row: toTaskRow(record), ...(position !== undefined && { position }), attachments: files.get(record.id) ?? [] };
    });
  };

  /** End of a task's leases from outside. Which boot's attempt ran then is kept: its output comes too late, and that of an attempt before is no news. */
  const ended = "boot = CASE state WHEN 'running' THEN boot END";
  const select = `SELECT seq, ${taskColumns} FROM task WHERE`;
  const changed = (ids: readonly Key[]): void => {
    for (const { id } of ids) recorder.changed({ topic: "task", task: id });
  };

  return {
    task,
    attach,
    filesOf,
    attachOutputs: (id: string, attempt: number, outputs: readonly Attachment[]): void => {
      for (const output of outputs) attach({ ...output, task: id, direction: "out", attempt });
    },
    facts: (id: string): TaskFacts[] => factsOf(sql<Numbered>(`${select} id = :id`).all({ id })),
    factsOfRun: (run: string): TaskFacts[] => factsOf(sql<Numbered>(`${select} run = :run ORDER BY seq`).all({ run })),
    factsOfRuns: (runs: readonly string[]): TaskFacts[] =>
      factsOf(sql<Numbered>(`${select} run IN (SELECT value FROM json_each(:runs)) ORDER BY seq`).all({ runs: JSON.stringify(runs) })),
    openFacts: (): TaskFacts[] => factsOf(sql<Numbered>(`${select} state NOT IN ('done', 'fenced') ORDER BY seq`).all()),
    history: ({ after, limit }: { after?: string; limit: number }): TaskFacts[] =>
      factsOf(
        sql<Numbered>(`${select} seq > coalesce((SELECT seq FROM task WHERE id = :after), 0) ORDER BY seq LIMIT :limit`).all({
          after,
          limit,
        }),
      ),
    /** Number of tasks of a sender that wait. */
    waitingOf: (sender: string): number =>
      sql<{ n: number }>("SELECT count(*) AS n FROM task WHERE state = 'queued' AND unproven IN (0, 1) AND sender = :sender").get({
        sender,
      })?.n ?? 0,
    /** Unproven work of a sender that is here, in whatever state, with the bytes of its files. */
    unprovenOf: (sender: string): { tasks: number; bytes: number } =>
      sql<{ tasks: number; bytes: number }>(
        `SELECT count(DISTINCT task.id) AS tasks, coalesce(sum(size), 0) AS bytes FROM task LEFT JOIN attachment ON attachment.task = task.id
         WHERE unproven = 1 AND sender = :sender`,
      ).get({ sender }) ?? { tasks: 0, bytes: 0 },
    /** Main's word of a run, and whether main's grants were ever seen here. */
    wordOf(run: string): Pick<Grounds, "isGranted" | "mainsEpoch"> {
      const { granted, epoch } =
        sql<{ granted: number; epoch: number | null }>(
          `SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'granted') AS granted,
                  (SELECT max(epoch) FROM task WHERE run = :run AND kind IN ('work', 'nudge') AND payload ->> 'from' = 'main') AS epoch`,
        ).get({ run }) ?? {};
      return { ...(granted === 1 && { isGranted: true as const }), ...(epoch != null && { mainsEpoch: epoch }) };
    },
    /** Makes unproven work of a run proven: main has said a word of it. */
    prove: (run: string): void => void sql("UPDATE task SET unproven = 0 WHERE unproven = 1 AND run = :run").run({ run }),
    /** Gives a sender a place in the turns. */
    enter: (sender: string): void => void sql("INSERT OR IGNORE INTO turn (sender) VALUES (:sender)").run({ sender }),
    /** Ends the turn of a sender: all others have theirs before its next. */
    serve: (sender: string): void =>
      void sql("UPDATE turn SET served = (SELECT max(served) + 1 FROM turn) WHERE sender = :sender").run({ sender }),
    /** Gives up unproven work that was accepted before a time. Returns its runs. */
    giveUp(before: number): string[] {
      const old = sql<Key & { run: string }>("SELECT id, run FROM task WHERE unproven = 1 AND accepted_at < :before").all({ before });
      for (const { id } of old) sql("DELETE FROM attachment WHERE task = :id").run({ id });
      changed(
        sql<Key>(
          `UPDATE task SET state = 'fenced', lease_until = NULL, boot = NULL, block = NULL
           WHERE unproven = 1 AND accepted_at < :before AND state NOT IN ('done', 'fenced') RETURNING id`,
        ).all({ before }),
      );
      sql("UPDATE task SET unproven = 0 WHERE unproven = 1 AND accepted_at < :before").run({ before });
      return [...new Set(old.map(({ run }) => run))];
    },
    waiting: (): number => sql<{ n: number }>("SELECT count(*) AS n FROM task WHERE state = 'queued'").get()?.n ?? 0,
    queue: (): { waiting: number; running: number } =>
      sql<{ waiting: number; running: number }>(
        `SELECT (SELECT count(*) FROM task WHERE state = 'queued') AS waiting, (SELECT count(*) FROM task WHERE state = 'running') AS running`,
      ).get() ?? { waiting: 0, running: 0 },
    /** The earliest times at which a delayed task is due (other queued tasks wait for a free worker, not for a time) and a lease lapses. */
    due(): { next?: number; lapse?: number } {
      const { next, lapse } =
        sql<{ next: number | null; lapse: number | null }>(
          `SELECT (SELECT min(not_before) FROM task WHERE state = 'queued' AND not_before > 0) AS next,
                  (SELECT min(lease_until) FROM task WHERE state = 'running') AS lapse`,
        ).get() ?? {};
      return { ...(next != null && { next }), ...(lapse != null && { lapse }) };
    },
    epoch: (run: string): number =>
      sql<{ epoch: number }>(
        "SELECT max(coalesce((SELECT max(epoch) FROM task WHERE run = :run), 0), coalesce((SELECT epoch FROM run WHERE id = :run), 0)) AS epoch",
      ).get({ run })?.epoch ?? 0,
    /** The epoch at which a run was closed here. */
    closed: (run: string): number | undefined =>
      sql<{ epoch: number | null }>("SELECT max(epoch) AS epoch FROM task WHERE run = :run AND kind = 'close'").get({ run })?.epoch ??
      undefined,
    /** Ends lapsed leases: their tasks are queued again, and the lapsed attempts count. Returns these tasks. */
    expire: (now: number): string[] => {
      const lapsed = sql<Key>(
        `UPDATE task SET state = 'queued', lease_until = NULL, boot = NULL
         WHERE state = 'running' AND lease_until < :now RETURNING id`,
      ).all({ now });
      changed(lapsed);
      return lapsed.map(({ id }) => id);
    },
    /** Ends a run's tasks of lower epochs, with their leases, blocks and places in the queue. */
    fence: (run: string, { below, kind }: { readonly below: number; readonly kind?: "work" }): void =>
      changed(
        sql<Key>(
          `UPDATE task SET state = 'fenced', lease_until = NULL, ${ended}, block = NULL
           WHERE run = :run AND epoch < :below AND state NOT IN ('done', 'fenced') AND (:kind IS NULL OR kind = :kind) RETURNING id`,
        ).all({ run, below, kind }),
      ),
    /** Ends all tasks of a run that is over: the produced ones are done, and every other one is fenced. */
    finish: (run: string): void =>
      changed(
        sql<Key>(
          `UPDATE task SET state = CASE state WHEN 'produced' THEN 'done' ELSE 'fenced' END, lease_until = NULL, ${ended}, block = NULL
           WHERE run = :run AND state NOT IN ('done', 'fenced') RETURNING id`,
        ).all({ run }),
      ),
  };
}
export type Tasks = ReturnType<typeof createTasks>;
