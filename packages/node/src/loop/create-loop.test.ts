import { setImmediate as turn } from "node:timers/promises";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { expect, test, vi } from "vitest";
import { createLoop, type LoopOptions, turnsOf } from "./create-loop.ts";

const logger = { error: () => undefined };

/** A loop whose passes end when the test says so, and how it is just now. */
function startLoop(options: Partial<LoopOptions> = {}) {
  const seen = { passes: 0, underWay: 0, most: 0 };
  let end: PromiseWithResolvers<number | undefined> | undefined;
  const loop = createLoop({
    async pass() {
      seen.passes += 1;
      seen.underWay += 1;
      seen.most = Math.max(seen.most, seen.underWay);
      end = Promise.withResolvers();
      try {
        return await end.promise;
      } finally {
        end = undefined;
        seen.underWay -= 1;
      }
    },
    backoff: () => 1,
    logger,
    failure: "a pass of the test failed",
    ...options,
  });
  loop.start();
  return {
    loop,
    seen,
    end: (due?: number) => end?.resolve(due),
    fail: () => end?.reject(new Error("not now")),
    [Symbol.asyncDispose]: async () => {
      const ended = loop[Symbol.asyncDispose]();
      end?.resolve(undefined);
      await ended;
    },
  };
}

test("one pass at a time: each wake is followed by one, and so are a failure and the time that a pass gave", async () => {
  const step = constantFrom("wake", "end", "fail", "due");
  await assert(
    asyncProperty(array(step, { maxLength: 24 }), async (steps) => {
      await using started = startLoop();
      const { loop, seen } = started;
      let expected = 1;
      let isWoken = false;
      for (const next of steps) {
        const wasUnderWay = seen.underWay > 0;
        if (next === "wake") {
          loop.wake();
          if (!wasUnderWay) expected += 1;
          else isWoken = true;
        } else if (wasUnderWay) {
          if (next === "fail") started.fail();
          else started.end(next === "due" ? 0 : undefined);
          if (next !== "end" || isWoken) expected += 1;
          isWoken = false;
        }
        await expect.poll(() => seen.passes, { interval: 1 }).toBe(expected);
        await turn();
        expect(seen).toMatchObject({ passes: expected, most: 1 });
      }
    }),
    { numRuns: 50 },
  );
});

test("a pass that failed is made again by backoff, which wakes don't hasten and a good pass sets back", async () => {
  const waits = vi.fn<(repetition: number) => number>(() => 1);
  await using started = startLoop({ backoff: waits });
  const { loop, seen } = started;
  for (let passes = 1; passes <= 3; passes += 1) {
    await expect.poll(() => seen).toMatchObject({ passes, underWay: 1 });
    started.fail();
    await turn();
    loop.wake();
  }
  await expect.poll(() => seen).toMatchObject({ passes: 4, underWay: 1 });
  started.end();
  await expect.poll(() => seen.underWay).toBe(0);
  loop.wake();
  started.fail();
  await expect.poll(() => seen.passes).toBe(6);
  expect(waits.mock.calls.flat()).toEqual([1, 2, 3, 1]);
});

test("disposing aborts the pass that is under way and waits for it; nothing is done after that", async () => {
  let passes = 0;
  let ended = 0;
  let wake: () => void = () => undefined;
  const loop = createLoop({
    async pass(signal) {
      passes += 1;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await turn();
      ended += 1;
      wake();
      return 0;
    },
    wakes(subscribed) {
      wake = subscribed;
      return () => undefined;
    },
    backoff: () => 1,
    logger,
    failure: "a pass of the test failed",
  });
  loop.start();
  await loop[Symbol.asyncDispose]();
  expect([passes, ended]).toEqual([1, 1]);
  wake();
  loop.wake();
  await turn();
  expect(passes).toBe(1);
});

test("disposing ends the wait after a failure, and the one for what is due", async () => {
  const failing = startLoop({ backoff: () => 3_600_000 });
  failing.fail();
  await turn();
  await failing[Symbol.asyncDispose]();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const waiting = startLoop();
    waiting.end(3_600_000);
    await turn();
    expect(vi.getTimerCount()).toBe(1);
    await waiting[Symbol.asyncDispose]();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("what is due in an hour is looked at each minute, since the clock that it is due by may be set", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const pass = vi.fn<() => number>(() => 3_600_000);
    await using _ = startLoop({ pass });
    await turn();
    await vi.advanceTimersByTimeAsync(180_000);
    expect(pass).toHaveBeenCalledTimes(4);
  } finally {
    vi.useRealTimers();
  }
});

test("nothing is done before the start, however often it is woken", async () => {
  const pass = vi.fn<() => void>();
  await using loop = createLoop({ pass, backoff: () => 1, logger, failure: "a pass of the test failed" });
  loop.wake();
  expect(pass).not.toHaveBeenCalled();
  loop.start();
  expect(pass).toHaveBeenCalledOnce();
});

test("turns: one at once, one for all wakes during a turn, none after the signal", async () => {
  const ended = new AbortController();
  let wake: () => void = () => undefined;
  const unsubscribe = vi.fn<() => void>();
  const wakes = (subscribed: () => void) => {
    wake = subscribed;
    return unsubscribe;
  };
  let turns = 0;
  for await (const _ of turnsOf(wakes, ended.signal)) {
    turns += 1;
    if (turns < 3) {
      wake();
      wake();
    } else setImmediate(() => ended.abort());
  }
  expect(turns).toBe(3);
  expect(unsubscribe).toHaveBeenCalledOnce();
});
