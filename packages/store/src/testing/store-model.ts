import type { TaskPayload, TaskState } from "@tasuki/protocol";
import type { OutboxState } from "../port/rows.ts";
import type { Lease } from "../port/store.ts";

interface ModelTask {
  readonly payload: TaskPayload;
  readonly digest: string;
  readonly sender: string;
  unproven: boolean;
  state: TaskState;
  attempt: number;
  notBefore: number;
  leaseUntil: number;
}
interface ModelRow {
  readonly id: string;
  readonly run: string;
  readonly epoch: number;
  readonly carries: string;
  state: OutboxState;
}
interface ModelEnd {
  /** The row of the outbox that a result brings. */
  readonly handOff: Pick<ModelRow, "id" | "run" | "epoch">;
  readonly notBefore: number;
}
interface ModelAcceptance {
  readonly sender: string;
  readonly proof?: "granted" | "unproven";
  /** Most tasks of the sender that may wait. */
  readonly limit: number;
}
export type ModelCompletion = "produced" | "produced without hand-off" | "done" | "blocked" | "again";
export type ModelSettlement = "done" | "superseded" | "blocked" | "pending";

/** Everything that a model knows. */
interface State {
  readonly tasks: Map<string, ModelTask>;
  readonly outbox: Map<string, ModelRow>;
  /** Versions of runs. */
  readonly runs: Map<string, number>;
  /** Turns of the senders: the number of the claim that was each one's last. */
  readonly served: Map<string, number>;
  events: number;
}

/** State of a store, as its reads show it. */
export interface Seen {
  /** In the order of acceptance. */
  readonly tasks: readonly string[];
  /** In the order in which they would be claimed. */
  readonly queue: readonly string[];
  readonly outbox: readonly string[];
  readonly events: number;
  readonly epochs: readonly number[];
  readonly versions: readonly string[];
}

const isOver = ({ state }: ModelTask): boolean => state === "done" || state === "fenced";

/** Creates a model of a store, in memory and without files: the meaning of the port's operations, one after another. */
export function createModel(state: State = { tasks: new Map(), outbox: new Map(), runs: new Map(), served: new Map(), events: 0 }) {
  const { tasks, outbox, runs, served } = state;
  const all = (): ModelTask[] => [...tasks.values()];
  const of = (run: string): ModelTask[] => all().filter(({ payload }) => payload.run === run);
  const epoch = (run: string): number => Math.max(0, ...of(run).map(({ payload }) => payload.epoch));
  const holds = ({ task, attempt }: Lease): ModelTask | undefined => {
    const found = tasks.get(task);
    return found?.state === "running" && found.attempt === attempt ? found : undefined;
  };
  const withdraw = (run: string, upTo: number): void => {
    for (const row of outbox.values())
      if (row.run === run && row.epoch <= upTo && (row.state === "pending" || row.state === "blocked")) row.state = "superseded";
  };
  const reopen = (rows: readonly ModelRow[]): void => {
    for (const row of rows) {
      row.state = "pending";
      const carried = tasks.get(row.carries);
      if (carried?.state === "blocked") carried.state = "produced";
    }
  };
  const queued = (): ModelTask[] => all().filter(({ state }) => state === "queued");
  const turnOf = ({ sender }: ModelTask): number => served.get(sender) ?? 0;
  /** Tasks in the order in which they are claimed: proven ones first, those of one sender in the order of acceptance, and senders in turns. */
  const inTurns = (waiting: readonly ModelTask[]): ModelTask[] => {
    const counts = new Map<string, number>();
    const placed = waiting.map((task) => {
      const key = `${task.unproven} ${task.sender}`;
      const round = (counts.get(key) ?? 0) + 1;
      counts.set(key, round);
      return { task, place: [Number(task.unproven), round, turnOf(task)] };
    });
    const compare = (one: readonly number[], other: readonly number[]): number =>
      one.map((part, at) => part - (other[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
    return placed.toSorted((one, other) => compare(one.place, other.place)).map(({ task }) => task);
  };
  const refused = (where: (row: ModelRow) => boolean): ModelRow[] =>
    [...outbox.values()].filter((row) => row.state === "blocked" && where(row));

  return {
    accept(payload: TaskPayload, digest: string, { sender, proof, limit }: ModelAcceptance): string {
      const { id, kind, run, stage } = payload;
      const known = tasks.get(id);
      if (known !== undefined) return known.digest === digest ? "replayed" : "conflict";
      if (payload.epoch < epoch(run)) return "stale";
      const holder = of(run).some(
        (task) => task.payload.kind === "work" && task.payload.stage === stage && task.payload.epoch === payload.epoch,
      );
      if (kind === "work" && holder) return "taken";
      const isClosed = of(run).some((task) => task.payload.kind === "close" && payload.epoch <= task.payload.epoch);
      if (kind === "work" && isClosed) return "archived";
      if (kind === "work" && queued().filter((task) => task.sender === sender).length >= limit) return "full";
      const below = of(run).filter((task) => !isOver(task) && task.payload.epoch < payload.epoch);
      if (kind === "work" || kind === "cancel") {
        for (const task of below) task.state = "fenced";
        withdraw(run, payload.epoch - 1);
      }
      if (kind === "nudge") reopen(refused((row) => row.run === run));
      if (kind === "close") {
        for (const task of of(run).filter((each) => !isOver(each))) task.state = task.state === "produced" ? "done" : "fenced";
        withdraw(run, Number.MAX_SAFE_INTEGER);
      }
      if (payload.from === "main") for (const task of of(run)) task.unproven = false;
      const unproven = proof === "unproven";
      tasks.set(id, {
        payload,
        digest,
        sender,
        unproven,
        state: kind === "work" ? "queued" : "done",
        attempt: 0,
        notBefore: 0,
        leaseUntil: 0,
      });
      state.events += 1;
      return "accepted";
    },
    claim(now: number, leaseMs: number): Lease | undefined {
      const [next] = inTurns(queued().filter(({ notBefore }) => notBefore <= now));
      if (next === undefined) return undefined;
      served.set(next.sender, Math.max(0, ...served.values()) + 1);
      Object.assign(next, { state: "running", attempt: next.attempt + 1, notBefore: 0, leaseUntil: now + leaseMs });
      state.events += 1;
      return { task: next.payload.id, attempt: next.attempt };
    },
    renew(lease: Lease, until: number): boolean {
      const task = holds(lease);
      if (task !== undefined) task.leaseUntil = until;
      return task !== undefined;
    },
    complete(lease: Lease, how: ModelCompletion, { handOff, notBefore }: ModelEnd): boolean {
      const task = holds(lease);
      if (task === undefined) return false;
      if (how === "produced") outbox.set(handOff.id, { ...handOff, carries: lease.task, state: "pending" });
      if (how === "again") Object.assign(task, { state: "queued", notBefore });
      else task.state = how === "produced without hand-off" ? "produced" : how;
      if (how !== "again") state.events += 1;
      return true;
    },
    settle(id: string, to: ModelSettlement): boolean {
      const row = outbox.get(id);
      if (row?.state !== "pending") return false;
      row.state = to;
      const carried = tasks.get(row.carries);
      if (carried?.state === "produced" && to !== "pending") carried.state = to === "superseded" ? "fenced" : to;
      if (to !== "pending") state.events += 1;
      return true;
    },
    retry(id: string): boolean {
      const task = tasks.get(id);
      const rows = refused((row) => row.carries === id);
      reopen(rows);
      const queued = rows.length === 0 && task?.state === "blocked";
      if (queued) Object.assign(task, { state: "queued", notBefore: 0 });
      if (queued || rows.length > 0) state.events += 1;
      return queued || rows.length > 0;
    },
    expire(now: number): string[] {
      const lapsed = all().filter((task) => task.state === "running" && task.leaseUntil < now);
      for (const task of lapsed) task.state = "queued";
      return lapsed.map(({ payload }) => payload.id);
    },
    /** Steps a run that was read in a version. */
    step(run: string, version: number): string {
      if ((runs.get(run) ?? 0) !== version) return "conflict";
      runs.set(run, version + 1);
      state.events += 1;
      return "committed";
    },
    reopen(): void {
      for (const task of all()) if (task.state === "running") task.state = "queued";
    },
    /** A copy, with which another model goes on. */
    state: (): State => structuredClone(state),
    seen: (): Seen => ({
      tasks: all().map(({ payload, state, attempt }) => `${payload.id} ${state} ${attempt}`),
      queue: inTurns(queued()).map(({ payload }) => payload.id),
      outbox: [...outbox.values()].map(({ id, state }) => `${id} ${state}`).toSorted(),
      events: state.events,
      epochs: [...new Set(all().map(({ payload }) => payload.run))].map(epoch),
      versions: [...runs].map(([id, version]) => `${id} ${version}`).toSorted(),
    }),
    version: (run: string): number => runs.get(run) ?? 0,
    runOf: (id: string): string | undefined => tasks.get(id)?.payload.run,
    epochOf: (id: string): number | undefined => tasks.get(id)?.payload.epoch,
    leases: (): Lease[] => all().flatMap(({ payload, attempt }) => (attempt > 0 ? [{ task: payload.id, attempt }] : [])),
    rows: (): string[] => [...outbox.keys()],
    tasks: (): string[] => [...tasks.keys()],
  };
}
export type Model = ReturnType<typeof createModel>;
