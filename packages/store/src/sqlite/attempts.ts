import type { Block } from "@tasuki/protocol";
import type { Seal } from "@tasuki/evidence";
import { longestWaitMs, type TaskRow } from "../port/rows.ts";
import type { Claimed, Completion, Lease, Store } from "../port/store.ts";
import type { Recorder } from "./recorder.ts";
import type { BlobRows } from "./blob-rows.ts";
import type { Events } from "./events.ts";
import type { Outbox } from "./outbox.ts";
import { taskColumns, type TaskRecord, toTaskRow } from "./records.ts";
import type { Sql } from "./sql.ts";
import type { Tasks } from "./tasks.ts";

interface AttemptsDeps {
  readonly sql: Sql;
  readonly events: Events;
  readonly tasks: Tasks;
  readonly outbox: Outbox;
  readonly blobRows: Pick<BlobRows, "addAll">;
  readonly recorder: Pick<Recorder, "changed">;
  readonly boot: string;
  readonly now: () => number;
}

/** Condition on the row of a lease that is held: its task runs this very attempt, in this boot. */
const held = "id = :task AND state = 'running' AND attempt = :attempt AND boot = :boot";

/** Task that is next, proven or not: of the sender whose turn it is, the one that was accepted first among those that are due. */
const nextOf = (unproven: 0 | 1): string => `(SELECT first FROM (
  SELECT served, (SELECT seq FROM task WHERE state = 'queued' AND unproven = ${unproven} AND task.sender = turn.sender
      AND (not_before <= :now OR not_before > :ahead) AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
    ORDER BY seq LIMIT 1) AS first FROM turn
) WHERE first IS NOT NULL ORDER BY served, first LIMIT 1)`;

/** Creates the operations that claim, renew, complete and retry attempts, to be called inside transactions. */
export function createAttempts({ sql, events, tasks, outbox, blobRows, recorder, boot, now }: AttemptsDeps) {
  /** Records the change of a task, where a statement on its row changed it. */
  const changed = (task: string, rows: number): boolean => {
    if (rows > 0) recorder.changed({ topic: "task", task });
    return rows > 0;
  };

  const end = ({ task, attempt }: Lease, to: { state: TaskRow["state"]; block?: Block; notBefore?: number }): boolean =>
    changed(
      task,
      sql(`UPDATE task SET state = :state, block = :block, not_before = :notBefore, lease_until = NULL, boot = NULL WHERE ${held}`).run({
        task,
        attempt,
        boot,
        state: to.state,
        block: to.block && JSON.stringify(to.block),
        notBefore: to.notBefore ?? 0,
      }),
    );

  const finish = (lease: Lease, completion: Completion): boolean => {
    switch (completion.state) {
      case "produced":
      case "done":
        return end(lease, { state: completion.state });
      case "blocked":
        return end(lease, { state: "blocked", block: completion.block });
      case "again":
        return end(lease, { state: "queued", notBefore: completion.notBefore });
    }
  };

  return {
    claim({ now, leaseMs, kinds }: Parameters<Store["claim"]>[0], seal: (row: TaskRow) => Seal): Claimed | undefined {
      const record = sql<TaskRecord>(
        `UPDATE task SET state = 'running', attempt = attempt + 1, not_before = 0, lease_until = :until, boot = :boot
         WHERE seq = coalesce(${nextOf(0)}, ${nextOf(1)}) RETURNING ${taskColumns}`,
      ).get({ now, ahead: now + longestWaitMs, until: now + leaseMs, boot, kinds: kinds && JSON.stringify(kinds) });
      if (record === undefined) return undefined;
      const claimed = toTaskRow(record);
      tasks.serve(claimed.from);
      recorder.changed({ topic: "task", task: claimed.id });
      events.add(seal(claimed), { run: claimed.payload.run, task: claimed.id });
      // The row is read again, since its newest receipt is the one that `events.add` has just kept.
      const row = tasks.task(record.id) ?? claimed;
      const inputs = tasks.filesOf([row.id]).filter(({ direction }) => direction === "in");
      return { task: row.id, attempt: row.attempt, row, inputs };
    },
    renew: ({ task, attempt }: Lease, until: number): boolean =>
      changed(task, sql(`UPDATE task SET lease_until = :until WHERE ${held}`).run({ task, attempt, boot, until })),
    complete(lease: Lease, completion: Completion, seal: Parameters<Store["complete"]>[2]): boolean {
      if (!finish(lease, completion)) return false;
      if (completion.state === "produced" || completion.state === "done") {
        blobRows.addAll(completion.blobs ?? [], now());
        tasks.attachOutputs(lease.task, lease.attempt, completion.outputs);
      }
      const row = tasks.task(lease.task);
      const handOff = seal && row && events.add(seal(row)).outbox;
      if (handOff === undefined) return true;
      // A receipt that names a hand-off which never leaves would hold up its run: nothing of such an end is kept.
      if (completion.state !== "produced") throw new Error(`an attempt that ends as '${completion.state}' hands on task ${handOff.id}`);
      outbox.add(handOff);
      return true;
    },
    retry(task: string, { seal, now }: { seal: Seal; now: number }): boolean {
      const queued = "UPDATE task SET state = 'queued', block = NULL, not_before = 0 WHERE id = :task AND state = 'blocked'";
      if (!outbox.reopen({ task, now }) && !changed(task, sql(queued).run({ task }))) return false;
      events.add(seal);
      return true;
    },
  };
}
