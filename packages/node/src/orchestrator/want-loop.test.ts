import { expect, test, vi } from "vitest";
import { type FlowState, type FlowWant, newFlow, newStage } from "@tasuki/flow";
import { createWantLoop } from "./want-loop.ts";

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const backoff = () => 1;
const clock = { monotonic: () => performance.now() };

/** A relay of runs whose first stage has produced: each wants to be pulled until it is. */
function produced(runs: readonly string[]) {
  const states = new Map(
    runs.map((id) => {
      const flow = newFlow({ profile: "plain", payload: { run: id, from: "ops" }, brief: "b", route: ["nano"], now: 0 });
      return [id, { ...flow, stages: [{ ...newStage("nano", 1), rung: "produced" as const, task: id }] }] as const;
    }),
  ) as Map<string, FlowState>;
  const satisfy = (id: string): void => {
    const state = states.get(id);
    if (state) states.set(id, { ...state, stages: state.stages.map((stage) => ({ ...stage, pulled: true, checked: true })) });
  };
  const now = (id: string): FlowState => {
    const state = states.get(id);
    if (state === undefined) throw new Error(`there is no run ${id}`);
    return state;
  };
  return { now, state: async (run: string) => states.get(run), satisfy };
}

test("does a want once, however often the run is woken, and at most a few at a time", async () => {
  const runs = ["a", "b", "c", "d", "e"];
  const { now, state, satisfy } = produced(runs);
  let running = 0;
  let most = 0;
  const perform = vi.fn<(state: FlowState) => Promise<void>>(async ({ id }) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    satisfy(id);
  });
  await using runner = createWantLoop({ state, perform, limit: 2, backoff, clock, logger });
  for (const run of [...runs, ...runs]) runner.wake(now(run));
  await vi.waitFor(() => expect(perform).toHaveBeenCalledTimes(5));
  expect(most).toBe(2);
});

test("tries again what failed, until it is wanted no more", async () => {
  const { now, state, satisfy } = produced(["a"]);
  let calls = 0;
  const perform = async ({ id }: FlowState): Promise<void> => {
    calls += 1;
    if (calls < 3) throw new Error("not now");
    satisfy(id);
  };
  await using runner = createWantLoop({ state, perform, limit: 2, backoff, clock, logger });
  runner.wake(now("a"));
  await vi.waitFor(() => expect(calls).toBe(3));
  runner.wake(now("a"));
  expect(calls).toBe(3);
});

test("stops what is under way when it is disposed, and begins nothing more", async () => {
  const { now, state } = produced(["a", "b"]);
  const began: string[] = [];
  const perform = ({ id }: FlowState, _want: FlowWant, signal: AbortSignal): Promise<void> => {
    began.push(id);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  };
  const runner = createWantLoop({ state, perform, limit: 1, backoff, clock, logger });
  runner.wake(now("a"));
  runner.wake(now("b"));
  await vi.waitFor(() => expect(began).toEqual(["a"]));
  await runner[Symbol.asyncDispose]();
  runner.wake(now("a"));
  expect(began).toEqual(["a"]);
});
