import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openFolder, type OpenTestStore, type TestFolder } from "./fixtures.ts";
import { type Operation, operation } from "./store-commands.ts";
import { createModel, type Model } from "./store-model.ts";

type Real = TestFolder;
type Step = fc.AsyncCommand<Model, Real>;

/** State of a store, as its reads show it, in the form in which the model gives its own. */
function seen({ store }: Real, model: Model) {
  const tasks = model.tasks().map((id) => store.task(id));
  const positions = tasks.map((task) => ({ id: task?.id ?? "", at: store.queuePosition(task?.id ?? "") ?? 0 }));
  return {
    tasks: tasks.map((task) => `${task?.id} ${task?.state} ${task?.attempt}`),
    queue: positions
      .filter(({ at }) => at > 0)
      .toSorted((one, other) => one.at - other.at)
      .map(({ id }) => id),
    outbox: model.rows().flatMap((id) => store.outbox({ task: id }).map(({ state }) => `${id} ${state}`)),
    events: store.feedSize(),
    epochs: model.runs().map((run) => store.epoch(run)),
  };
}

/** A turn of several operations, which share a commit and must do what they would do one after another. */
const turn = (operations: readonly Operation[]): Step => ({
  check: () => true,
  async run(model, real) {
    const now = real.clock.now();
    const calls = operations.map((make) => make(model, now));
    const answers = await Promise.all(calls.map(({ call }) => call(real.store)));
    expect(answers).toEqual(calls.map(({ expected }) => expected));
    expect(seen(real, model)).toEqual(model.seen());
  },
  toString: () => `turn of ${operations.length}`,
});

const pass = (ms: number): Step => ({
  check: () => true,
  async run(_, { clock }) {
    clock.time += ms;
  },
  toString: () => `pass ${ms} ms`,
});

const reopen = (): Step => ({
  check: () => true,
  async run(model, real) {
    await real.reopen();
    model.reopen();
    expect(seen(real, model)).toEqual(model.seen());
  },
  toString: () => "reopen",
});

const turns = fc.array(operation, { minLength: 1, maxLength: 5 }).map(turn);
const steps = [turns, turns, turns, fc.integer({ min: 1, max: 200 }).map(pass), fc.constant(reopen())];

export function describeModel(open: OpenTestStore): void {
  describe("any history of operations", () => {
    // guarantees: R1.ack-durable, R10.reopen
    test("leaves what the model says, turn by turn, also after the store was opened again", { timeout: 60_000 }, async () => {
      const holds = fc.asyncProperty(fc.commands(steps, { size: "large", maxCommands: 60 }), async (commands) => {
        await using real = await openFolder(open);
        await fc.asyncModelRun(() => ({ model: createModel(), real }), commands);
      });
      await expect(fc.assert(holds, { numRuns: 25 })).resolves.toBeUndefined();
    });
  });
}
