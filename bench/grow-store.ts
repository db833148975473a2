import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Part of a history that one statement writes: a transaction stays small enough for its pages to be in memory. */
const atOnce = 100_000;

/**
 * Gives the store of a data folder, which is closed, a history: tasks that are done, each with a file, a row of the outbox and a run of its own, and
 * three events of each with their receipts. Ids are older than any of today. Nothing of it is signed, and envelopes are shorter than real ones.
 */
export function growStore(folder: string, tasks: number): void {
  const db = new DatabaseSync(join(folder, "node.sqlite"));
  try {
    // Journal and syncs are off: a store that could not be filled is thrown away.
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -1000000");
    const { size } = db.prepare("SELECT coalesce(max(idx) + 1, 0) AS size FROM event").get() ?? {};
    if (size !== 0) throw new Error("only an empty store is given a history");
    for (let from = 0; from < tasks; from += atOnce) {
      db.exec("BEGIN");
      for (const statement of statements) db.prepare(statement).run({ from, to: Math.min(from + atOnce, tasks) - 1 });
      db.exec("COMMIT");
    }
    db.exec("PRAGMA journal_mode = WAL");
  } finally {
    db.close();
  }
}

const up = "WITH RECURSIVE up (n) AS (SELECT :from UNION ALL SELECT n + 1 FROM up WHERE n < :to)";
const idOf = (kind: number): string => `printf('01900000-%04x-7%03x-8000-%012x', n >> 16, ${kind}, n)`;
const [task, run] = [idOf(1), idOf(2)];
const digest = "printf('%016x', n * 2654435761) || printf('%048x', n)";
const payload = `json_object('v', 1, 'id', ${task}, 'kind', 'work', 'run', ${run}, 'stage', 'nano', 'epoch', 1, 'from', 'main', 'to', 'nano',
  'attachments', json('[]'), 'reason', printf('%.200c', 'x'))`;
const envelope = `json_object('payload', printf('%.300c', 'x'), 'payloadType', 'history', 'signatures', json('[]'))`;
const log = "(SELECT value FROM meta WHERE key = 'instance')";
const receipts = [0, 1, 2];

const statements = [
  ...receipts.map(
    (nth) => `${up} INSERT INTO envelope (seq, payload, run, body) SELECT 3 * n + ${nth + 1}, ${digest}, ${run}, ${envelope} FROM up`,
  ),
  ...receipts.map(
    (nth) => `${up} INSERT INTO event (log, idx, leaf, envelopes)
      SELECT ${log}, 3 * n + ${nth}, json_object('index', 3 * n + ${nth}, 'run', ${run}, 'task', ${task}, 'type', 'history'), json_array(3 * n + ${nth + 1}) FROM up`,
  ),
  `${up} INSERT INTO task (id, kind, run, stage, epoch, digest, payload, sender, state, attempt, accepted_at, first_receipt, last_receipt)
    SELECT ${task}, 'work', ${run}, 'nano', 1, ${digest}, ${payload}, 'main', 'done', 1, n, 3 * n + 1, ${digest} FROM up`,
  `${up} INSERT INTO attachment (task, direction, attempt, name, contract, size, sha256)
    SELECT ${task}, 'in', 0, 'run.json', 'run@1', 300, ${digest} FROM up`,
  `${up} INSERT INTO outbox (id, receiver, run, epoch, payload, envelope, carries, state, next_at, created_at)
    SELECT ${idOf(3)}, 'sg', ${run}, 1, '{}', 3 * n + 3, ${task}, 'done', n, n FROM up`,
  `${up} INSERT INTO run (id, epoch, ended, state, created_at) SELECT ${run}, 1, 1, printf('{"filler":"%.1000c"}', 'x'), n FROM up WHERE n % 100 = 0`,
];

/**
 * Gives the store of main's data folder, which is closed, so many runs more that are as far as one of its runs: dispatched, with the hand-off still to
 * be delivered. Their tasks have ids of their own, and the signatures of that one.
 */
export function multiplyRun(folder: string, { run, copies }: { readonly run: string; readonly copies: number }): void {
  const db = new DatabaseSync(join(folder, "node.sqlite"));
  try {
    const tasks = db.prepare("SELECT id FROM outbox WHERE run = :run").all({ run });
    const ids = [run, ...tasks.map(({ id }) => String(id))];
    const renewed = (column: string): string =>
      ids.reduce((text, id) => `replace(${text}, '${id}', '${id.slice(0, 24)}' || printf('%012x', n))`, column);
    const of = {
      run: "id = :run",
      task: "run = :run",
      outbox: "run = :run",
      attachment: `task IN (${ids.map((id) => `'${id}'`).join(", ")}) AND :run IS NOT NULL`,
    };
    for (const [table, where] of Object.entries(of)) {
      const columns = db.prepare(`SELECT name, type FROM pragma_table_info('${table}') WHERE name <> 'seq'`).all();
      const values = columns.map(({ name, type }) => (type === "TEXT" ? renewed(String(name)) : String(name)));
      const names = columns.map(({ name }) => String(name)).join(", ");
      db.prepare(
        `WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < :copies)
         INSERT INTO ${table} (${names}) SELECT ${values.join(", ")} FROM up, ${table} WHERE ${where}`,
      ).run({ run, copies });
    }
  } finally {
    db.close();
  }
}
