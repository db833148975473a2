import { expect, test } from "vitest";
import { defineRole } from "../kit/define-role.ts";
import { AskedClocks, clipClocks, clockNames, Clocks, clockTable, defaultClocks, longestClock, parseClocks, withClocks } from "./clocks.ts";

test("the clocks of a stage are those of the table, each with its default", () => {
  expect(Object.keys(Clocks.shape)).toEqual(clockNames);
  expect(Object.keys(AskedClocks.shape)).toEqual(clockNames);
  expect(Clocks.parse(defaultClocks)).toEqual(Object.fromEntries(clockNames.map((name) => [name, clockTable[name].default])));
});

test("no time limit of a run lasts longer by itself than it may be asked to", () => {
  for (const { default: ms, longest } of Object.values(clockTable)) expect(ms === Infinity || ms <= longest).toBe(true);
});

test.each([0, -1, 1.5, longestClock + 1])("a clock of %d ms is not taken", (ms) => {
  expect(AskedClocks.safeParse({ heartbeat: ms }).success).toBe(false);
});

test("a relay whose clocks no run may ask for is not defined, and the clock is named", () => {
  expect(() => parseClocks({ startToClose: longestClock + 1 }, "the pipeline")).toThrow(
    /clocks of the pipeline: startToClose: a whole number/,
  );
  // A misspelt name, which types alone would find.
  const misspelt = { heartBeat: 1 } as object;
  expect(() => defineRole({ name: "late", port: 1, consumes: [], produces: [], clocks: misspelt, check: () => [] })).toThrow(/role 'late'/);
});

test("what is asked for takes the place of what there was, and what is not asked for stays", () => {
  expect(withClocks(defaultClocks, { heartbeat: 5 })).toEqual({ ...defaultClocks, heartbeat: 5 });
  expect([withClocks(defaultClocks, undefined), clipClocks(defaultClocks)]).toEqual([defaultClocks, defaultClocks]);
  expect(clipClocks({ startToClose: longestClock + 1 })).toEqual({ startToClose: longestClock });
});
