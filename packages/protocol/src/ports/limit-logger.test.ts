import { expect, test } from "vitest";
import { limitLogger } from "./limit-logger.ts";

test("whatever a peer does, a minute has 30 lines about it, and the next one says how many were left out", () => {
  const lines: object[] = [];
  const say = (fields: object, message: string): void => void lines.push({ ...fields, message });
  let now = 0;
  const logger = limitLogger({ debug: say, info: say, warn: say, error: say }, { monotonic: () => now });
  for (let n = 0; n < 1_000; n += 1) logger[n % 2 === 0 ? "error" : "warn"]({ n }, "it lies");
  expect(lines).toEqual(Array.from({ length: 30 }, (_, n) => ({ n, message: "it lies" })));
  now = 59_999;
  logger.error({}, "again");
  expect(lines).toHaveLength(30);
  now = 60_000;
  logger.error({ n: 1 }, "again");
  logger.error({ n: 2 }, "again");
  expect(lines.slice(30)).toEqual([
    { n: 1, unsaid: 971, message: "again" },
    { n: 2, message: "again" },
  ]);
});
