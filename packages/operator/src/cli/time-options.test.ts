import { Command } from "commander";
import { expect, test } from "vitest";
import { clockOption, deadlineOption, parseDuration } from "./time-options.ts";

const now = Date.parse("2026-11-30T12:00:00.000Z");
function read(...args: string[]): Record<string, unknown> {
  const command = new Command("run").exitOverride().configureOutput({ writeErr: () => undefined });
  command.addOption(clockOption()).addOption(deadlineOption({ clock: { now: () => now } }));
  return command.parse(args, { from: "user" }).opts();
}

test.each([
  ["90s", 90_000],
  ["1500ms", 1_500],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["2", undefined],
  ["-2h", undefined],
  ["2 h", undefined],
])("a duration of %s is %s", (text, ms) => expect(parseDuration(text)).toBe(ms));

test("each clock is given by its name, and may be given beside others", () => {
  expect(read("--clock", "startToClose=2h", "--clock", "heartbeat=90s")).toEqual({ clock: { startToClose: 7_200_000, heartbeat: 90_000 } });
});

test.each(["startToEnd=2h", "startToClose", "startToClose=2", "startToClose=0s", "startToClose=15d"])("the clock %s is refused", (text) =>
  expect(() => read("--clock", text)).toThrow(/startToClose/),
);

test.each([
  ["2h", "2026-11-30T14:00:00.000Z"],
  ["2026-12-24T18:00Z", "2026-12-24T18:00:00.000Z"],
  ["2026-12-24T18:00+02:00", "2026-12-24T16:00:00.000Z"],
])("a deadline of %s is %s", (text, deadline) => expect(read("--deadline", text)).toEqual({ deadline }));

test.each([
  ["2026-12-24T18:00", /with its zone/],
  ["tomorrow", /with its zone/],
  ["2026-11-30T11:59Z", /has passed/],
  ["400d", /366 days/],
])("the deadline %s is refused", (text, why) => expect(() => read("--deadline", text)).toThrow(why));
