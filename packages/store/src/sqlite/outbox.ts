import type { SignedTask } from "@tasuki/evidence";
import { longestWaitMs, mostDue, type OutboxRow } from "../port/rows.ts";
import type { Settlement, Store } from "../port/store.ts";
import type { Recorder } from "./recorder.ts";
import type { Events } from "./events.ts";
import { type OutboxRecord, toOutboxRow } from "./records.ts";
import type { Sql } from "./sql.ts";
import type { Tasks } from "./tasks.ts";

interface OutboxDeps {
  readonly sql: Sql;
  readonly events: Events;
  readonly tasks: Pick<Tasks, "task">;
  readonly recorder: Pick<Recorder, "changed">;
}

const select = `SELECT id, receiver, node, outbox.run, outbox.payload, body, carries, state, tries, next_at, last, created_at
  FROM outbox JOIN envelope ON envelope.seq = outbox.envelope`;

const order = "ORDER BY next_at, outbox.seq";

/** What is due, of each destination the first ones, and those that were tried before: each of these may be waited for by a person. */
const firstDue = `SELECT seq FROM (
  SELECT seq, tries, row_number() OVER (PARTITION BY receiver, node ORDER BY next_at, seq) AS nth FROM outbox
  WHERE state = 'pending' AND (next_at <= :now OR next_at > :ahead)
) WHERE nth <= :most OR tries > 0`;

/** Creates the operations on `outbox`. */
export function createOutbox({ sql, events, tasks, recorder }: OutboxDeps) {
  const changed = (run: string): void => recorder.changed({ topic: "outbox", run });

  /** Sets the state of the task that a row carries. */
  const carry = (id: string, state: string, block?: object): void => {
    const [carried] = sql<{ id: string }>(
      `UPDATE task SET state = :state, block = :block
       WHERE id = (SELECT carries FROM outbox WHERE id = :id) AND state IN ('produced', 'blocked') RETURNING id`,
    ).all({ id, state, block: block && JSON.stringify(block) });
    if (carried !== undefined) recorder.changed({ topic: "task", task: carried.id });
  };

  const record = (id: string, settlement: Settlement): void => {
    const { state } = settlement;
    const last = state === "done" ? undefined : settlement.last;
    const nextAt = state === "pending" ? settlement.nextAt : undefined;
    sql(
      "UPDATE outbox SET state = :state, tries = tries + 1, last = coalesce(:last, last), next_at = coalesce(:nextAt, next_at) WHERE id = :id",
    ).run({ id, state, last, nextAt });
  };

  /** Makes blocked rows pending again, and the tasks that they carry `produced`. */
  const reopen = (where: { readonly run?: string; readonly task?: string; readonly now: number }): boolean => {
    const { run, task, now } = where;
    const rows = sql<{ id: string; run: string }>(
      "SELECT id, run FROM outbox WHERE state = 'blocked' AND (run = :run OR carries = :task OR (id = :task AND carries IS NULL))",
    ).all({ run, task });
    for (const row of rows) {
      sql("UPDATE outbox SET state = 'pending', next_at = :now WHERE id = :id").run({ id: row.id, now });
      changed(row.run);
      carry(row.id, "produced");
    }
    return rows.length > 0;
  };

  return {
    add({ id, to, node, run, payload, envelope, carries, createdAt }: SignedTask): void {
      sql(
        `INSERT INTO outbox (id, receiver, node, run, epoch, payload, envelope, carries, state, next_at, created_at)
         VALUES (:id, :to, :node, :run, :epoch, :payload, :envelope, :carries, 'pending', :createdAt, :createdAt)`,
      ).run({
        id,
        to,
        node,
        run,
        epoch: payload.epoch,
        payload: JSON.stringify(payload),
        envelope: events.keep(envelope, run).key,
        carries,
        createdAt,
      });
      changed(run);
    },
    settle(id: string, settlement: Settlement, seal: Parameters<Store["settle"]>[2]): boolean {
      const row = sql<{ run: string; carries: string | null }>("SELECT run, carries FROM outbox WHERE id = :id AND state = 'pending'").get({
        id,
      });
      if (row === undefined) return false;
      record(id, settlement);
      changed(row.run);
      if (settlement.state === "done") {
        events.keep(settlement.receipt);
        events.keepTexts(settlement.texts ?? []);
        carry(id, "done");
      }
      if (settlement.state === "blocked") carry(id, "blocked", settlement.block);
      if (settlement.state === "superseded") carry(id, "fenced");
      if (seal !== undefined) events.add(seal(row.carries === null ? undefined : tasks.task(row.carries)));
      return true;
    },
    reopen,
    /** Makes a run's pending rows due now, and its blocked rows pending. */
    wake(run: string, now: number): void {
      reopen({ run, now });
      const woken = sql("UPDATE outbox SET next_at = :now WHERE run = :run AND state = 'pending'").run({ run, now });
      if (woken > 0) changed(run);
    },
    /** Withdraws a run's undelivered rows, up to and including an epoch. With `carrying`, only those that carry a task's result. */
    withdraw(run: string, { epoch, carrying = false }: { readonly epoch: number; readonly carrying?: boolean }): void {
      const withdrawn = sql(
        `UPDATE outbox SET state = 'superseded' WHERE run = :run AND epoch <= :epoch AND state IN ('pending', 'blocked')
         AND (:carrying = 0 OR carries IS NOT NULL)`,
      ).run({ run, epoch, carrying: carrying ? 1 : 0 });
      if (withdrawn > 0) changed(run);
    },
    row: (id: string): OutboxRow | undefined => {
      const record = sql<OutboxRecord>(`${select} WHERE id = :id`).get({ id });
      return record && toOutboxRow(record);
    },
    /** Rows of a run, first due first, as those of the next two are. */
    ofRun: (run: string): OutboxRow[] => sql<OutboxRecord>(`${select} WHERE outbox.run = :run ${order}`).all({ run }).map(toOutboxRow),
    /** Rows that are, or carry, one of these tasks. */
    ofTasks(ids: readonly string[]): OutboxRow[] {
      const asked = "(SELECT value FROM json_each(:ids))";
      return sql<OutboxRecord>(`${select} WHERE id IN ${asked} OR carries IN ${asked} ${order}`)
        .all({ ids: JSON.stringify(ids) })
        .map(toOutboxRow);
    },
    due: (now: number): OutboxRow[] =>
      sql<OutboxRecord>(`${select} WHERE outbox.seq IN (${firstDue}) ${order}`)
        .all({ now, ahead: now + longestWaitMs, most: mostDue })
        .map(toOutboxRow),
    /** Number of rows that are still to be delivered; two stand for more. */
    pending: (): number =>
      sql<{ n: number }>("SELECT count(*) AS n FROM (SELECT 1 FROM outbox WHERE state = 'pending' LIMIT 2)").get()?.n ?? 0,
    nextDue: (): number | undefined =>
      sql<{ at: number | null }>("SELECT min(next_at) AS at FROM outbox WHERE state = 'pending'").get()?.at ?? undefined,
  };
}
export type Outbox = ReturnType<typeof createOutbox>;
