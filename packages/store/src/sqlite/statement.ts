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
  const prepared = new Map<string, Statement<unknown>>();
  return <Row>(text: string): Statement<Row> => {
    const known = prepared.get(text) ?? bound(db.prepare(text));
    prepared.set(text, known);
    // This package writes every row, and STRICT tables keep their columns' types: hence the assertion.
    return known as Statement<Row>;
  };
}

function bound(statement: StatementSync): Statement<unknown> {
  return {
    run: (values = {}) => Number(statement.run(toBindable(values)).changes),
    get: (values = {}) => statement.get(toBindable(values)),
    all: (values = {}) => statement.all(toBindable(values)),
  };
}

// node:sqlite refuses to bind undefined.
function toBindable(values: Values): Record<string, string | number | null> {
  const bindable: Record<string, string | number | null> = {};
  for (const name in values) bindable[name] = values[name] ?? null;
  return bindable;
}
