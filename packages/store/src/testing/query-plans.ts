import { DatabaseSync, type StatementSync } from "node:sqlite";
import { migrate } from "../sqlite/schema.ts";

/** Tables that have few rows however long a node lives: a statement may walk through them. */
const small = new Set(["meta", "turn", "peer", "position"]);
/** Indexes of what is open, or waits: they have few rows, too. */
const narrow = ["task_queued", "task_delayed", "task_running", "task_open", "task_unproven", "outbox_due", "run_open"];

/** Statements of an adapter, as they are prepared while this is held. */
export function watchStatements(): { readonly texts: ReadonlySet<string> } & Disposable {
  const texts = new Set<string>();
  const of = DatabaseSync.prototype;
  const whole = Object.getOwnPropertyDescriptor(of, "prepare") ?? {};
  const prepare = whole.value as (this: DatabaseSync, text: string) => StatementSync;
  of.prepare = function (this: DatabaseSync, text) {
    texts.add(text);
    return prepare.call(this, text);
  };
  return { texts, [Symbol.dispose]: () => void Object.defineProperty(of, "prepare", whole) };
}

/** Opens a database of the present schema in memory: empty, or with `rows` rows in each table that grows, and SQLite's statistics about them. */
export function openExample(rows = 0): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  migrate(db, "an example");
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  if (rows === 0) return db;
  db.exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
  for (const { name } of tables) if (!small.has(String(name))) fill(db, String(name), rows);
  db.exec("PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; ANALYZE");
  return db;
}

/** Fills a table. Of what tells rows apart there are as many values as rows; one row in a hundred is open. */
function fill(db: DatabaseSync, table: string, rows: number): void {
  const columns = db.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).all();
  const values = columns.map(({ name, type }) => {
    if (name === "state") return "CASE n % 100 WHEN 0 THEN 'queued' WHEN 1 THEN 'pending' ELSE 'done' END";
    if (name === "payload" || name === "envelopes") return "'{}'";
    if (name === "kind") return "'work'";
    if (name === "log") return "'one'";
    if (name === "run") return "'run ' || (n / 4)";
    if (type === "BLOB") return "zeroblob(8)";
    return type === "INTEGER" ? "n" : `'${String(name)} ' || n`;
  });
  const names = columns.map(({ name }) => String(name)).join(", ");
  db.exec(`INSERT INTO ${table} (${names}) WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < ${rows})
    SELECT ${values.join(", ")} FROM up`);
}

/** Plan of a statement, a line a step. */
export function planOf(db: DatabaseSync, text: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all()
    .map(({ detail }) => String(detail));
}

/** Steps of a plan that walk through everything that a table has of a node's whole life. */
export function walksOf(db: DatabaseSync, plan: readonly string[]): string[] {
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const growing = new Set(names.map(({ name }) => String(name)).filter((name) => !small.has(name)));
  return plan.filter((step) => {
    const [, table = "", index = ""] = /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(step) ?? [];
    return growing.has(table) && !narrow.includes(index);
  });
}
