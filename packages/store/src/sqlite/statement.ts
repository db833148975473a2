import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Values by name, without the colon. What is undefined is NULL. */
type Values = Readonly<Record<string, string | number | null | undefined>>;

interface Statement<Row> {
  /** Resolves with the number of rows that changed. */
  run(values?: Values): number;
  get(values?: Values): Row | undefined;
  all(values?: Values): Row[];
}

/** A statement by its text, prepared at its first use. `Row` is what it selects. */
export type Sql = <Row = never>(text: string) => Statement<Row>;

export function createSql(db: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>();
  return <Row>(text: string): Statement<Row> => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = db.prepare(text);
      prepared.set(text, statement);
    }
    const { run, get, all } = bound(statement);
    // This package writes every row, and STRICT tables keep their columns' types: hence the assertions.
    return { run, get: (values) => get(values) as Row | undefined, all: (values) => all(values) as Row[] };
  };
}

function bound(statement: StatementSync) {
  return {
    run: (values: Values = {}) => Number(statement.run(toBindable(values)).changes),
    get: (values: Values = {}): unknown => statement.get(toBindable(values)),
    all: (values: Values = {}): unknown[] => statement.all(toBindable(values)),
  };
}

// node:sqlite refuses to bind undefined.
function toBindable(values: Values): Record<string, string | number | null> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? null]));
}
