import type { Claimed } from "@tasuki/store";
import { expect, test, vi } from "vitest";
import { systemClock as clock } from "../process/system-clock.ts";
import { watchSilence, type WatchSilenceDeps } from "./watch-silence.ts";

const claimed = { attempt: 2, row: { id: "T", payload: { run: "R", stage: "sg", epoch: 1 } } } as unknown as Claimed;
const silent = (): void => undefined;

// guarantees: R5.silence
test("an attempt that gives no sign of work is told to be silent, and to be at work again; a sign in time tells nothing", async () => {
  const told: { type: string; attempt?: number; since?: number }[] = [];
  const event = (type: string, facts: object) => told.push({ type, ...facts });
  const deps = {
    store: { append: async () => undefined },
    notary: { event },
    clock,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  };
  const began = clock.now();
  using watch = watchSilence(deps as unknown as WatchSilenceDeps, claimed, 40);
  await vi.waitUntil(() => told.length === 1);
  expect(told).toEqual([{ type: "attempt-silent", run: "R", stage: "sg", epoch: 1, task: "T", attempt: 2, since: expect.any(Number) }]);
  expect(told[0]?.since).toBeLessThanOrEqual(began + 1);
  watch.sign();
  watch.sign();
  expect(told.map(({ type }) => type)).toEqual(["attempt-silent", "attempt-active"]);
  await vi.waitUntil(() => told.length === 3);
  expect(told[2]?.type).toBe("attempt-silent");
});

test("nothing is told of an attempt that has ended", () => {
  vi.useFakeTimers();
  try {
    const event = vi.fn<() => void>();
    const deps = { notary: { event }, clock } as unknown as WatchSilenceDeps;
    watchSilence(deps, claimed, 40)[Symbol.dispose]();
    vi.runAllTimers();
    expect(event).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});
