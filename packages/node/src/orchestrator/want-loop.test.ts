import { expect, test, vi } from "vitest";
import { type FlowState, type FlowWant, newFlow, newStage } from "@tasuki/flow";
import { createWantLoop } from "./want-loop.ts";

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const backoff = () => 1;
const clock = { monotonic: () => performance.now() };
const base = {
  giveUp: async () => undefined,
  isResult: () => false,
  placeOf: () => ({ place: "any", limit: 2 }),
  deadlineMs: 60_000,
  backoff,
  clock,
  logger,
  loggerOf: () => logger,
};

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
  await using runner = createWantLoop({ ...base, state, perform });
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
  await using runner = createWantLoop({ ...base, state, perform });
  runner.wake(now("a"));
  await expect.poll(() => calls).toBe(3);
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
  const runner = createWantLoop({ ...base, state, perform, placeOf: () => ({ place: "any", limit: 1 }) });
  runner.wake(now("a"));
  runner.wake(now("b"));
  await expect.poll(() => began).toEqual(["a"]);
  await runner[Symbol.asyncDispose]();
  runner.wake(now("a"));
  expect(began).toEqual(["a"]);
});

/** Work that ends only by its signal. */
const endless = (began: string[]) => (state: FlowState, _want: FlowWant, signal: AbortSignal) => {
  began.push(state.id);
  return new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
};

// guarantees: R5.starves-nobody
test("a place that is taken for ever holds up only the wants of that place", async () => {
  const { now, state } = produced(["a", "b", "c"]);
  const began: string[] = [];
  const placeOf = ({ id }: FlowState) => ({ place: id === "c" ? "another node" : "a slow node", limit: 1 });
  await using runner = createWantLoop({ ...base, state, perform: endless(began), placeOf });
  for (const run of ["a", "b", "c"]) runner.wake(now(run));
  await expect.poll(() => began).toEqual(["a", "c"]);
});

// guarantees: R5.starves-nobody
test("an attempt ends at its deadline, and when its run wants it no more; its place is free then", async () => {
  const { now, state, satisfy } = produced(["a", "b"]);
  const began: string[] = [];
  const placeOf = () => ({ place: "any", limit: 1 });
  await using late = createWantLoop({ ...base, state, perform: endless(began), placeOf, deadlineMs: 5 });
  late.wake(now("a"));
  await expect.poll(() => began.length).toBeGreaterThan(1);
  await late[Symbol.asyncDispose]();
  began.length = 0;
  await using runner = createWantLoop({ ...base, state, perform: endless(began), placeOf });
  runner.wake(now("a"));
  runner.wake(now("b"));
  await expect.poll(() => began).toEqual(["a"]);
  satisfy("a");
  runner.wake(now("a"));
  await expect.poll(() => began).toEqual(["a", "b"]);
});

// guarantees: R5.starves-nobody
test("three failures that are results give a want up, with the last one; silence never does", async () => {
  const { now, state, satisfy } = produced(["wrong", "silent"]);
  const calls = new Map<string, number>();
  const given: unknown[] = [];
  const perform = async ({ id }: FlowState): Promise<void> => {
    calls.set(id, (calls.get(id) ?? 0) + 1);
    throw new Error(`${id} ${calls.get(id)}`);
  };
  const giveUp = async ({ id }: FlowState, _want: FlowWant, error: unknown): Promise<void> => {
    given.push((error as Error).message);
    satisfy(id);
  };
  const isResult = (_want: FlowWant, error: unknown): boolean => (error as Error).message.startsWith("wrong");
  await using runner = createWantLoop({ ...base, state, perform, giveUp, isResult });
  for (const run of ["wrong", "silent"]) runner.wake(now(run));
  await expect.poll(() => calls.get("silent")).toBeGreaterThan(10);
  expect([given, calls.get("wrong")]).toEqual([["wrong 3"], 3]);
});

// guarantees: R11.words
test("what comes of a want is said by the logger of the node that it depends on", async () => {
  const { now, state, satisfy } = produced(["a", "b"]);
  const said: string[] = [];
  const perform = async ({ id }: FlowState): Promise<void> => {
    if (said.some((one) => one.startsWith(id))) return satisfy(id);
    throw new Error("what the node answers is no file");
  };
  const loggerOf = ({ id }: FlowState) => ({ ...logger, warn: (_: object, message: string) => void said.push(`${id} ${message}`) });
  await using runner = createWantLoop({ ...base, state, perform, loggerOf });
  for (const run of ["a", "b"]) runner.wake(now(run));
  await expect.poll(() => said).toEqual(["a", "b"].map((id) => `${id} what a run wants failed, and will be tried again`));
});
