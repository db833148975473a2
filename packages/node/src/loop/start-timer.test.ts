import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { longestTimer, startTimer } from "./start-timer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([1, 5, longestTimer, longestTimer + 1, 3 * longestTimer + 7])("a timer of %d ms fires then, and once", (ms) => {
  const fired = vi.fn<() => void>();
  startTimer(ms, fired);
  vi.advanceTimersByTime(ms - 1);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fired).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("a timer that is stopped does not fire, whichever part of its time it is in", () => {
  for (const waited of [1, longestTimer + 1]) {
    const fired = vi.fn<() => void>();
    const stop = startTimer(2 * longestTimer, fired);
    vi.advanceTimersByTime(waited);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(fired).not.toHaveBeenCalled();
  }
});
