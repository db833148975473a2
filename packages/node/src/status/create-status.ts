import {
  type Pipeline,
  type Quarantined,
  type RunStatus,
  type ForeignFile,
  type StatusQuery,
  type Status,
  type TaskStatus,
  TasukiError,
} from "@tasuki/protocol";
import type { Store, TaskRow } from "@tasuki/store";
import { type BusHandlers, type Caller, grantFor } from "@tasuki/bus";
import { turnsOf } from "../loop/create-loop.ts";
import { type FilesOf, pageOfTexts } from "./page-of-texts.ts";

export interface StatusDeps {
  readonly node: string;
  readonly role: string;
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly queueLimit: number;
  readonly foreignFiles: () => Promise<readonly ForeignFile[]>;
  /** Lists late output, of one run or of all. */
  readonly quarantined: (run?: string) => Promise<readonly Quarantined[]>;
  /** Main only: the status of a run, and the files that main has pulled of it. */
  readonly runs?: { readonly status: (run: string) => RunStatus | undefined; readonly files: FilesOf };
}

const entriesByDefault = 100;

/** Handlers of `status` and `watch`. A caller that may see only its own sees the tasks that it sent, and no feed. */
export function createStatus(deps: StatusDeps): Pick<BusHandlers, "status" | "watch"> {
  const { node, role, store, queueLimit, foreignFiles, quarantined, runs } = deps;
  const seesAll = ({ permissions }: Caller): boolean => grantFor(permissions, role, { call: "status", scope: "all" }) !== undefined;
  const demandAll = (caller: Caller, what: string): void => {
    if (!seesAll(caller))
      throw new TasukiError("not_granted", `The policy lets ${caller.principal} see its own tasks on ${role}, and not ${what}.`);
  };

  return {
    async status(query, caller) {
      const { run, task, from, limit = entriesByDefault, include } = query;
      if (from !== undefined) demandAll(caller, "the feed");
      if (include !== undefined && run === undefined && task === undefined)
        throw new TasukiError("malformed_request", "include=artifacts needs ?run= or ?task=: whose artifacts?");
      const all = seesAll(caller);
      const tasks = tasksFor(store, query).filter((row) => all || row.from === caller.principal);
      const found = all && run !== undefined ? runs?.status(run) : undefined;
      const page =
        include === undefined ? undefined : await pageOfTexts(filesFor(deps, query, { tasks, all }), { store, after: query.after });
      // Folders are read only for a look at the node: a follower of the feed asks often, and for something else.
      const isLook = from === undefined && include === undefined;
      const status: Status = {
        node,
        role,
        instance: store.instance,
        size: store.feedSize(),
        queue: { ...store.queue(), limit: queueLimit },
        shortcuts: isLook ? [...(await foreignFiles())] : [],
        quarantined: isLook ? [...(await quarantined(run))] : [],
        ...(found !== undefined && { run: found }),
        tasks: tasks.map((row) => toTaskStatus(store, row)),
        ...(from !== undefined && { entries: [...store.feed(from, limit)] }),
        ...(page !== undefined && { artifacts: page.artifacts, ...(page.next !== undefined && { next: page.next }) }),
      };
      return status;
    },
    async *watch(from, caller, signal) {
      demandAll(caller, "the feed");
      yield* follow(store, from, signal);
    },
  };
}

const entriesAtOnce = 256;

/** Follows the feed: the entries from an index on, then each new one. */
async function* follow(store: Store, from: number, signal: AbortSignal) {
  let next = from;
  for await (const _ of turnsOf((wake) => store.onCommit(wake), signal))
    for (let page = store.feed(next, entriesAtOnce); page.length > 0; page = store.feed(next, entriesAtOnce))
      for (const entry of page) {
        yield entry;
        next = entry.index + 1;
        if (signal.aborted) return;
      }
}

function tasksFor(store: Store, { run, task, from }: StatusQuery): readonly TaskRow[] {
  if (task !== undefined) return [store.task(task)].filter((row) => row !== undefined);
  if (run !== undefined) return store.tasks({ run });
  return from === undefined ? store.tasks() : [];
}

/** Files of the tasks that a query asks for; on main also those that it has pulled, whose tasks are other nodes'. */
function filesFor(deps: StatusDeps, query: StatusQuery, by: { tasks: readonly TaskRow[]; all: boolean }) {
  const files = everyFileFor(deps, query, by);
  return query.name === undefined ? files : files.filter(({ name }) => name === query.name);
}

function everyFileFor(
  { store, runs }: StatusDeps,
  { run, task }: StatusQuery,
  { tasks, all }: { tasks: readonly TaskRow[]; all: boolean },
) {
  const own = tasks.flatMap((row) =>
    store.attachments(row.id).filter(({ direction, attempt }) => direction === "in" || attempt === row.attempt),
  );
  if (!all) return own;
  const pulled = task !== undefined && tasks.length === 0 ? store.attachments(task) : run === undefined ? [] : (runs?.files(run) ?? []);
  return [...own, ...pulled];
}

function toTaskStatus(store: Store, { id, payload, attempt, state, from, block }: TaskRow): TaskStatus {
  const { kind, run, stage, epoch } = payload;
  const position = store.queuePosition(id);
  const outbox = store
    .outbox({ task: id })
    .map((row) => ({ to: row.to, state: row.state, tries: row.tries, ...(row.last !== undefined && { last: row.last }) }));
  return {
    id,
    kind,
    run,
    stage,
    epoch,
    attempt,
    state,
    from,
    ...(position !== undefined && { position }),
    ...(block && { block }),
    ...(outbox.length > 0 && { outbox }),
  };
}
