import type { Execution, ExecutorContext, Job } from "@tasuki/protocol";
import { longestClock } from "@tasuki/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { longestTimer } from "../loop/start-timer.ts";
import { executeWithin } from "./execute-within.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const context = (signal = new AbortController().signal): ExecutorContext => ({
  clock: { now: () => 0, monotonic: () => 0 },
  logger: quiet,
  signal,
  progress: () => undefined,
});
const hangs = { name: "hangs", execute: () => new Promise<Execution>(() => undefined), sweep: async () => 0 };
// As much of a job as its limit asks.
const jobOf = (startToClose: number): Job => ({ startToClose }) as Job;

// guarantees: R5.bounded
test.each([60_000, longestClock, longestTimer + 1])("an executor that hangs is given up after its %d ms, and not before", async (ms) => {
  let execution: Execution | undefined;
  const settled = executeWithin(hangs, jobOf(ms), context()).then((result) => (execution = result));
  await vi.advanceTimersByTimeAsync(ms);
  expect(execution).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10_000);
  await settled;
  expect(execution).toMatchObject({ outcome: "timed-out", detail: `the executor 'hangs' did not end within ${ms} ms` });
  expect(vi.getTimerCount()).toBe(0);
});
