import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Values by parameter name, without the colon. An undefined value is NULL. */
type Values = Readonly<Record<string, string | number | Uint8Array | null | undefined>>;

interface Statement<Row> {
  /** Returns the number of rows that changed. */
  run(values?: Values): number;
  get(values?: Values): Row | undefined;
  all(values?: Values): Row[];
}

/** Gives the statement of a text, which is prepared at its first use. `Row` is the type of a selected row. */
export type Sql = <Row = never>(text: string) => Statement<Row>;

/** Creates the statements of a connection. `onUse` is called with the text of each one that is to be executed. */
export function createSql(db: DatabaseSync, onUse?: (text: string) => void): Sql {
  const prepared = new Map<string, Statement<unknown>>();
  return <Row>(text: string): Statement<Row> => {
    onUse?.(text);
    const known = prepared.get(text) ?? bound(db.prepare(text));
    if (!prepared.has(text)) prepared.set(text, known);
    // `Row` can be trusted: this package writes every row, and STRICT tables keep their columns' types.
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

/** Values that node:sqlite binds: it refuses undefined. */
function toBindable(values: Values): Record<string, string | number | Uint8Array | null> {
  const bindable: Record<string, string | number | Uint8Array | null> = {};
  for (const name in values) bindable[name] = values[name] ?? null;
  return bindable;
}
