import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Store } from "../port/store.ts";
import { openFolder, type OpenTestStore, type TestFolder } from "./fixtures.ts";
import { type Operation, operation, runs } from "./store-commands.ts";
import { createModel, type Model, type Seen } from "./store-model.ts";

/** The order in which an adapter performs calls that are under way at once. Each is performed whole, in any case. */
export type Concurrent = "in the order of the calls" | "in some order";

type Real = TestFolder;
/** The model of what has happened so far. */
interface Expected {
  model: Model;
}
type Step = fc.AsyncCommand<Expected, Real>;

/** State of a store, as its reads show it, in the form in which the model gives its own. */
async function seen({ store }: Real): Promise<Seen> {
  const tasks = await store.history({ limit: 1_000 });
  const accepted = [...new Set(tasks.map(({ row }) => row.payload.run))];
  const [outbox, epochs, kept] = await Promise.all([
    Promise.all(runs.map(async (run) => (await store.statusOf({ run })).outbox)),
    Promise.all(accepted.map((run) => epochOf(store, run))),
    store.runs(),
  ]);
  return {
    tasks: tasks.map(({ row }) => `${row.id} ${row.state} ${row.attempt}`),
    queue: tasks
      .flatMap(({ row, position = 0 }) => (position > 0 ? [{ id: row.id, position }] : []))
      .toSorted((one, other) => one.position - other.position)
      .map(({ id }) => id),
    outbox: outbox.flatMap((rows) => rows.map(({ id, state }) => `${id} ${state}`)).toSorted(),
    events: await store.feedSize(),
    epochs,
    versions: kept.map(({ id, version }) => `${id} ${version}`).toSorted(),
  };
}

async function epochOf(store: Store, run: string): Promise<number> {
  return (await store.grounds({ task: "", run, blobs: [] })).epoch;
}

/** All orders of so many things. */
function ordersOf(length: number): number[][] {
  if (length === 0) return [[]];
  const last = length - 1;
  return ordersOf(last).flatMap((order) => Array.from({ length }, (_, at) => order.toSpliced(last - at, 0, last)));
}

/**
 * A turn of several operations at once. They must answer, and leave, what they do one after another: in the order of the calls, or in at
 * least one order. The arguments are chosen as if that were the order of the calls.
 */
const turn = (operations: readonly Operation[], concurrent: Concurrent): Step => ({
  check: () => true,
  async run(expected, real) {
    const now = real.clock.now();
    const inOrder = createModel(expected.model.state());
    const planned = operations.map((plan) => {
      const one = plan(inOrder, now);
      return { ...one, answer: one.expect(inOrder) };
    });
    const answers = await Promise.all(planned.map(({ call }) => call(real.store)));
    const after = await seen(real);
    const orders = concurrent === "in some order" ? ordersOf(planned.length) : [];
    for (const order of orders) {
      const model = createModel(expected.model.state());
      const fits = order.every((at) => isEqual(planned[at]?.expect(model), answers[at])) && isEqual(model.seen(), after);
      if (fits) return void (expected.model = model);
    }
    // Of an adapter that fits no order, this shows how it differs from the order of the calls.
    expect(answers).toEqual(planned.map(({ answer }) => answer));
    expect(after).toEqual(inOrder.seen());
    expected.model = inOrder;
  },
  toString: () => `turn of ${operations.length}`,
});

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const pass = (ms: number): Step => ({
  check: () => true,
  async run(_, { clock }) {
    clock.time += ms;
  },
  toString: () => `pass ${ms} ms`,
});

const reopen = (): Step => ({
  check: () => true,
  async run({ model }, real) {
    await real.reopen();
    model.reopen();
    expect(await seen(real)).toEqual(model.seen());
  },
  toString: () => "reopen",
});

export function describeModel(open: OpenTestStore, concurrent: Concurrent): void {
  const turns = fc.array(operation, { minLength: 1, maxLength: 5 }).map((operations) => turn(operations, concurrent));
  const steps = [turns, turns, turns, fc.integer({ min: 1, max: 200 }).map(pass), fc.constant(reopen())];

  describe("any history of operations", () => {
    // guarantees: R1.ack-durable, R10.reopen
    test("leaves what the model says, turn by turn, also after the store was opened again", { timeout: 60_000 }, async () => {
      const holds = fc.asyncProperty(fc.commands(steps, { size: "large", maxCommands: 60 }), async (commands) => {
        await using real = await openFolder(open);
        await fc.asyncModelRun(() => ({ model: { model: createModel() }, real }), commands);
      });
      await expect(fc.assert(holds, { numRuns: 25 })).resolves.toBeUndefined();
    });
  });
}
