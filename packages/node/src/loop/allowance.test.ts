import { array, assert, integer, nat, property, record } from "fast-check";
import { expect, test } from "vitest";
import { createAllowance } from "./allowance.ts";

test("whatever is spent when, who waits as long as told spends no more than the allowance of that time", () => {
  const spending = array(record({ amount: integer({ min: 1, max: 5 }), pauseMs: nat(5_000) }), { maxLength: 100 });
  assert(
    property(spending, (spent) => {
      let now = 0;
      const allowance = createAllowance({ atOnce: 10, perSecond: 2 }, { monotonic: () => now });
      let sum = 0;
      for (const { amount, pauseMs } of spent) {
        now += pauseMs;
        now += allowance.spend(amount);
        sum += amount;
        expect(sum).toBeLessThanOrEqual(10 + (now / 1_000) * 2 + 1e-6);
      }
    }),
  );
});

test("who spends less than the allowance never waits", () => {
  let now = 0;
  const allowance = createAllowance({ atOnce: 1, perSecond: 1 }, { monotonic: () => now });
  for (; now < 60_000; now += 1_000) expect(allowance.spend(1)).toBe(0);
  expect([allowance.spend(1), allowance.spend(1)]).toEqual([0, 1_000]);
});
