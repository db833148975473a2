import type { Seal } from "@tasuki/evidence";
import { longestWaitMs, type NewOutboxRow, type OutboxRow } from "../port/rows.ts";
import type { Settlement, Store } from "../port/store.ts";
import type { Events } from "./events.ts";
import { type OutboxRecord, toOutboxRow } from "./records.ts";
import type { Sql } from "./sql.ts";

const select = `SELECT id, receiver, outbox.run, outbox.payload, body, carries, state, tries, next_at, last, created_at
  FROM outbox JOIN envelope ON envelope.seq = outbox.envelope`;

/** Creates the operations on `outbox`. */
export function createOutbox({ sql, events }: { sql: Sql; events: Events }) {
  /** Sets the state of the task that a row carries. */
  const carry = (id: string, state: string, block?: object): void =>
    void sql(
      `UPDATE task SET state = :state, block = :block
       WHERE id = (SELECT carries FROM outbox WHERE id = :id) AND state IN ('produced', 'blocked')`,
    ).run({ id, state, block: block && JSON.stringify(block) });

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
    const rows = sql<{ id: string }>(
      "SELECT id FROM outbox WHERE state = 'blocked' AND (run = :run OR carries = :task OR (id = :task AND carries IS NULL))",
    ).all({ run, task });
    for (const { id } of rows) {
      sql("UPDATE outbox SET state = 'pending', next_at = :now WHERE id = :id").run({ id, now });
      carry(id, "produced");
    }
    return rows.length > 0;
  };

  return {
    add({ id, to, run, payload, envelope, carries, createdAt }: NewOutboxRow): void {
      sql(
        `INSERT INTO outbox (id, receiver, run, epoch, payload, envelope, carries, state, next_at, created_at)
         VALUES (:id, :to, :run, :epoch, :payload, :envelope, :carries, 'pending', :createdAt, :createdAt)`,
      ).run({
        id,
        to,
        run,
        epoch: payload.epoch,
        payload: JSON.stringify(payload),
        envelope: events.keep(envelope, run).key,
        carries,
        createdAt,
      });
    },
    settle(id: string, settlement: Settlement, seal: Seal | undefined): boolean {
      if (sql<{ id: string }>("SELECT id FROM outbox WHERE id = :id AND state = 'pending'").get({ id }) === undefined) return false;
      record(id, settlement);
      if (settlement.state === "done") {
        events.keep(settlement.receipt);
        carry(id, "done");
      }
      if (settlement.state === "blocked") carry(id, "blocked", settlement.block);
      if (settlement.state === "superseded") carry(id, "fenced");
      if (seal !== undefined) events.add(seal);
      return true;
    },
    reopen,
    /** Makes a run's pending rows due now, and its blocked rows pending. */
    wake(run: string, now: number): void {
      reopen({ run, now });
      sql("UPDATE outbox SET next_at = :now WHERE run = :run AND state = 'pending'").run({ run, now });
    },
    /** Withdraws a run's undelivered rows, up to and including an epoch. With `carrying`, only those that carry a task's result. */
    withdraw(run: string, { epoch, carrying = false }: { readonly epoch: number; readonly carrying?: boolean }): void {
      sql(
        `UPDATE outbox SET state = 'superseded' WHERE run = :run AND epoch <= :epoch AND state IN ('pending', 'blocked')
         AND (:carrying = 0 OR carries IS NOT NULL)`,
      ).run({ run, epoch, carrying: carrying ? 1 : 0 });
    },
    rows: ({ dueAt, run, task, undelivered = false }: Parameters<Store["outbox"]>[0]): OutboxRow[] => {
      const conditions = [
        ...(dueAt === undefined ? [] : ["state = 'pending' AND (next_at <= :dueAt OR next_at > :ahead)"]),
        ...(run === undefined ? [] : ["outbox.run = :run"]),
        ...(task === undefined ? [] : ["(carries = :task OR id = :task)"]),
        ...(undelivered ? ["state <> 'done'"] : []),
      ];
      const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      const given = Object.fromEntries(
        Object.entries({ dueAt, ahead: dueAt === undefined ? undefined : dueAt + longestWaitMs, run, task }).filter(
          ([, value]) => value !== undefined,
        ),
      );
      return sql<OutboxRecord>(`${select} ${where} ORDER BY next_at, outbox.seq`).all(given).map(toOutboxRow);
    },
    nextDue: (): number | undefined =>
      sql<{ at: number | null }>("SELECT min(next_at) AS at FROM outbox WHERE state = 'pending'").get()?.at ?? undefined,
  };
}
export type Outbox = ReturnType<typeof createOutbox>;
