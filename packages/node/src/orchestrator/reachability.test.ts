import { expect, onTestFinished, test, vi } from "vitest";
import { createReachability } from "./reachability.ts";

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { monotonic: () => performance.now() };
const minuteMs = 60_000;

/** Reachability whose tellings are kept. */
function open(tell: (told: string) => Promise<void> = async () => undefined) {
  const told: string[] = [];
  const reachability = createReachability({
    async tell(node, is) {
      await tell(`${node} ${is}`);
      told.push(`${node} ${is}`);
    },
    backoff: () => 1,
    clock,
    logger,
  });
  return { reachability, told };
}

// guarantees: R11.peers
test("a node that comes and goes four times a second is told of a few times a minute, and at last as it is; others at once", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { reachability, told } = open();
  await using _ = reachability;
  let writes = 0;
  for (let second = 0; second < 600; second += 1)
    for (let time = 0; time < 4; time += 1) {
      reachability.set("nano", time % 2 === 0);
      await vi.advanceTimersByTimeAsync(250);
      if (second === 59) writes = told.length;
    }
  expect(writes).toBeLessThanOrEqual(13);
  expect(told.length).toBeLessThanOrEqual(67);
  reachability.set("nano", true);
  reachability.set("sg", true);
  await vi.advanceTimersByTimeAsync(0);
  expect(told.at(-1)).toBe("sg true");
  await vi.advanceTimersByTimeAsync(minuteMs);
  expect(told.filter((one) => one.startsWith("nano")).at(-1)).toBe("nano true");
  expect(reachability.isReachable("nano")).toBe(true);
});

test("a change that could not be told is told again, and what is known already is not", async () => {
  let failures = 2;
  const { reachability, told } = open(async () => {
    if ((failures -= 1) >= 0) throw new Error("no room");
  });
  await using _ = reachability;
  for (let time = 0; time < 5; time += 1) reachability.set("nano", false, "it refuses");
  await expect.poll(() => told).toEqual(["nano false"]);
  expect([reachability.problemOf("nano"), reachability.isReachable("nano")]).toEqual(["it refuses", false]);
  reachability.set("nano", false);
  expect(reachability.problemOf("nano")).toBeUndefined();
  reachability.set("nano", true);
  await expect.poll(() => told).toEqual(["nano false", "nano true"]);
});
