import {
  type Pipeline,
  type Quarantined,
  type RunStatus,
  type Shortcut,
  type StatusQuery,
  type Status,
  type TaskStatus,
  TasukiError,
} from "@tasuki/contracts";
import type { Store, TaskRow } from "@tasuki/store";
import type { BusHandlers } from "../bus/bus-handlers.ts";
import type { Caller } from "../identity/identity.ts";
import { grantFor } from "../permission/permission.ts";
import { type FilesOf, pageOfTexts } from "./artifact-pages.ts";

export interface StatusDeps {
  readonly node: string;
  readonly role: string;
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly queueLimit: number;
  readonly shortcuts: () => Promise<readonly Shortcut[]>;
  /** Late output, of a run or of all. */
  readonly quarantined: (run?: string) => Promise<readonly Quarantined[]>;
  /** Main only: a run as main's flow sees it, and the files that main holds of it. */
  readonly runs?: { readonly status: (run: string) => RunStatus | undefined; readonly files: FilesOf };
}

const entriesByDefault = 100;

/** `status` and `watch`. Whoever may see only their own sees the tasks that they sent, and no feed. */
export function createStatus(deps: StatusDeps): Pick<BusHandlers, "status" | "watch"> {
  const { node, role, store, queueLimit, shortcuts, quarantined, runs } = deps;
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
      // Folders are looked into where somebody looks at the node; a follower of the feed asks often, and for something else.
      const isLook = from === undefined && include === undefined;
      const status: Status = {
        node,
        role,
        instance: store.instance,
        size: store.feedSize(),
        queue: { ...store.queue(), limit: queueLimit },
        shortcuts: isLook ? [...(await shortcuts())] : [],
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

/** The feed from an index, then what comes. The listener is there before the backlog is read, so that nothing falls between. */
async function* follow(store: Store, from: number, signal: AbortSignal) {
  let woken = Promise.withResolvers<void>();
  const wake = (): void => woken.resolve();
  const stop = store.onCommit(wake);
  signal.addEventListener("abort", wake);
  try {
    for (let next = from; !signal.aborted;) {
      woken = Promise.withResolvers();
      const entries = next < store.feedSize() ? store.feed(next, entriesAtOnce) : [];
      for (const entry of entries) {
        yield entry;
        next = entry.index + 1;
        if (signal.aborted) return;
      }
      if (entries.length === 0) await woken.promise;
    }
  } finally {
    stop();
    signal.removeEventListener("abort", wake);
  }
}

function tasksFor(store: Store, { run, task, from }: StatusQuery): readonly TaskRow[] {
  if (task !== undefined) return [store.task(task)].filter((row) => row !== undefined);
  if (run !== undefined) return store.tasks({ run });
  return from === undefined ? store.tasks() : [];
}

/** Files of the tasks asked for; on main also what it has pulled, whose tasks are other nodes'. */
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
