import {
  type FeedEntry,
  type Pipeline,
  type Quarantined,
  type RunStatus,
  type ForeignFile,
  type StatusQuery,
  type Status,
  type TaskStatus,
  TasukiError,
} from "@tasuki/protocol";
import type { AttachmentRow, OutboxRow, RunRow, StatusAnswer, StatusQuestion, Store, TaskFacts } from "@tasuki/store";
import { type BusHandlers, type Caller, grantFor } from "@tasuki/bus";
import { turnsOf } from "../loop/create-loop.ts";
import { pageOfTexts } from "./page-of-texts.ts";

export interface StatusDeps {
  readonly node: string;
  readonly role: string;
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly queueLimit: number;
  /** Lists files that were put in by hand, of one run or of all. */
  readonly foreignFiles: (run?: string) => Promise<readonly ForeignFile[]>;
  /** Lists late output, of one run or of all. */
  readonly quarantined: (run?: string) => Promise<readonly Quarantined[]>;
  /** Main only: the status of a run, and the tasks of other nodes whose files main has pulled of it. */
  readonly runs?: { readonly toStatus: (row: RunRow) => RunStatus; readonly pulledTasks: (row: RunRow) => readonly string[] };
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
  const pages = createPages(store);

  return {
    async status(query, caller) {
      const { run, task, from, limit = entriesByDefault, include, after } = query;
      if (from !== undefined) demandAll(caller, "the feed");
      if (include !== undefined && run === undefined && task === undefined)
        throw new TasukiError("malformed_request", "include=artifacts needs ?run= or ?task=: whose artifacts?");
      const all = seesAll(caller);
      const found = await store.statusOf(questionOf(query));
      const tasks = found.tasks.filter(({ row }) => all || row.from === caller.principal);
      if (run !== undefined && tasks.length === 0 && !(all && found.run !== undefined))
        throw new TasukiError("not_found", `${node} has nothing of run ${run}.`);
      const page =
        include === undefined ? undefined : await pageOfTexts(await filesFor(deps, query, { ...found, tasks, all }), { store, after });
      // Folders are read only for a look at the node: a follower of the feed asks often, and for something else.
      const isLook = from === undefined && include === undefined;
      const status: Status = {
        node,
        role,
        instance: store.instance,
        size: found.size,
        queue: { ...found.queue, limit: queueLimit },
        shortcuts: isLook ? [...(await foreignFiles(run))] : [],
        quarantined: isLook ? [...(await quarantined(run))] : [],
        ...(all && runs !== undefined && found.run !== undefined && { run: runs.toStatus(found.run) }),
        tasks: tasks.map((one) => toTaskStatus(one, found.outbox)),
        ...(from !== undefined && { entries: [...(await store.feed(from, limit))] }),
        ...(page !== undefined && { artifacts: page.artifacts, ...(page.next !== undefined && { next: page.next }) }),
      };
      return status;
    },
    async *watch(from, caller, signal) {
      demandAll(caller, "the feed");
      yield* follow(pages, from, signal);
    },
  };
}

const entriesAtOnce = 256;

/** Pages of the feed for all who follow it. */
interface Pages {
  /** The page from an index on, read once for all who ask for it between two commits: most followers want the same one, and wake together. */
  from(index: number): Promise<readonly FeedEntry[]>;
  /** Waits for commits as `onCommit` of the store does. */
  onCommit(wake: () => void): () => void;
}

function createPages(store: Pick<Store, "feed" | "onCommit">): Pages {
  const reading = new Map<number, Promise<readonly FeedEntry[]>>();
  return {
    from(index) {
      const page =
        reading.get(index) ?? store.feed(index, entriesAtOnce).finally(() => reading.get(index) === page && reading.delete(index));
      reading.set(index, page);
      return page;
    },
    onCommit: (wake) =>
      store.onCommit([{ topic: "feed" }], () => {
        // A page whose reading began before the commit may be without its entries, of which nobody is told again.
        reading.clear();
        wake();
      }),
  };
}

/** Follows the feed: the entries from an index on, then each new one. */
async function* follow(pages: Pages, from: number, signal: AbortSignal) {
  let next = from;
  for await (const _ of turnsOf((wake) => pages.onCommit(wake), signal))
    for (let page = await pages.from(next); page.length > 0; page = await pages.from(next))
      for (const entry of page) {
        yield entry;
        next = entry.index + 1;
        if (signal.aborted) return;
      }
}

function questionOf({ run, task, from }: StatusQuery): StatusQuestion {
  if (task !== undefined) return { task };
  if (run !== undefined) return { run };
  return from === undefined ? "open" : "none";
}

/** Files of the tasks that a query asks for; on main also those that it has pulled, whose tasks are other nodes'. */
async function filesFor(
  { store, runs }: StatusDeps,
  { task, name }: StatusQuery,
  { tasks, all, run }: Pick<StatusAnswer, "tasks" | "run"> & { readonly all: boolean },
): Promise<readonly AttachmentRow[]> {
  const own = tasks.flatMap(({ row, attachments }) =>
    attachments.filter(({ direction, attempt }) => direction === "in" || attempt === row.attempt),
  );
  const others = task !== undefined && tasks.length === 0 ? [task] : run === undefined ? [] : (runs?.pulledTasks(run) ?? []);
  const files = all && others.length > 0 ? [...own, ...(await store.filesOf(others))] : own;
  const names = name?.split(",");
  return names === undefined ? files : files.filter((file) => names.includes(file.name));
}

function toTaskStatus({ row, position }: TaskFacts, outbox: readonly OutboxRow[]): TaskStatus {
  const { id, payload, attempt, state, from, block } = row;
  const { kind, run, stage, epoch } = payload;
  const rows = outbox
    .filter((one) => one.id === id || one.carries === id)
    .map(({ to, state: delivery, tries, last }) => ({ to, state: delivery, tries, ...(last !== undefined && { last }) }));
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
    ...(rows.length > 0 && { outbox: rows }),
  };
}
