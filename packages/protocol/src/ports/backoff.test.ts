import { assert, constantFrom, double, integer, property, record, tuple } from "fast-check";
import { expect, test } from "vitest";
import { createBackoff } from "./backoff.ts";

test("doubles with each repetition, up to its bound", () => {
  const backoff = createBackoff({ firstMs: 250, lastMs: 3_000, jitter: "half", random: () => 0 });
  expect([1, 2, 3, 4, 5, 6, 10_000].map(backoff)).toEqual([125, 250, 500, 1_000, 1_500, 1_500, 1_500]);
});

test("stays within its bounds, and with half jitter above half of them, whatever chance says", () => {
  const bounds = tuple(integer({ min: 1, max: 60_000 }), integer({ min: 1, max: 60_000 }));
  const drawn = record({
    bounds: bounds.map(([one, other]) => ({ firstMs: Math.min(one, other), lastMs: Math.max(one, other) })),
    jitter: constantFrom("full" as const, "half" as const),
    chance: double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    repetition: integer({ min: 1, max: 5_000 }),
  });
  assert(
    property(drawn, ({ bounds: { firstMs, lastMs }, jitter, chance, repetition }) => {
      const wait = createBackoff({ firstMs, lastMs, jitter, random: () => chance })(repetition);
      const most = Math.min(lastMs, firstMs * 2 ** (repetition - 1));
      expect(wait).toBeLessThanOrEqual(most);
      expect(wait).toBeGreaterThanOrEqual(jitter === "half" ? most / 2 : 0);
    }),
  );
});
