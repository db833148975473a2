import { expect, test } from "vitest";
import { StatusQuery, WatchQuery } from "./queries.ts";
import { Block } from "./block.ts";

test.each(["", " ", "1e3", "0x10", "-1", "1.0", " 7", "null", true, null, 1.5, -1])("%j is no number of an entry", (text) => {
  expect(StatusQuery.safeParse({ from: text }).success).toBe(false);
  expect(StatusQuery.safeParse({ limit: text }).success).toBe(false);
  expect(WatchQuery.safeParse({ lastEventId: text }).success).toBe(false);
});

test("an entry is named by a number, or by its digits", () => {
  expect(StatusQuery.parse({ from: "0", limit: "1000" })).toEqual({ from: 0, limit: 1000 });
  expect(StatusQuery.parse({ from: 7 })).toEqual({ from: 7 });
  expect(WatchQuery.parse({ lastEventId: "12" })).toEqual({ from: 0, lastEventId: 12 });
  expect(StatusQuery.safeParse({ limit: "0" }).success).toBe(false);
  expect(StatusQuery.safeParse({ limit: "1001" }).success).toBe(false);
});

test("a block is read whatever raised it: without a kind, as the first releases wrote it, and with one of a later release", () => {
  const block = { reason: "sg is away", needs: "sg", owner: "sg", clearsWith: "its receipt" };
  expect(Block.parse(block)).toEqual(block);
  expect(Block.parse({ ...block, kind: "node" }).kind).toBe("node");
  expect(Block.parse({ ...block, kind: "weather" }).kind).toBeUndefined();
});
