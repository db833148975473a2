import type { RunStatus, StageStatus } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { createClockSkews, withSkews } from "./clock-skews.ts";

function open() {
  const said: string[] = [];
  const say = (_: object, message: string): void => void said.push(message);
  return { said, skews: createClockSkews({ boundMs: 10_000, logger: { warn: say, info: say } }) };
}
/** Reading of a clock that is ahead, whose answer took so long. */
const ahead = (ms: number, took = 20) => ({ says: 1_000_000 + ms + took / 2, asked: 1_000_000, answered: 1_000_000 + took });

// guarantees: R5.skew
test("a clock is suspect beyond the bound, whatever of it may be off, and that is said once", () => {
  const { said, skews } = open();
  skews.read("sg", ahead(9_000));
  expect(skews.of("sg")).toEqual({ ms: 9_000, within: 10, isSuspect: false });
  for (const ms of [42_000, 42_010, -42_000]) skews.read("sg", ahead(ms));
  expect(skews.of("sg")).toEqual({ ms: -42_000, within: 10, isSuspect: true });
  expect(said).toEqual([expect.stringContaining("clock of a node is suspect")]);
  skews.read("sg", ahead(0));
  expect([said.length, skews.of("sg")?.isSuspect]).toEqual([2, false]);
});

test("an answer that took long makes no clock suspect, and takes the place of a shorter one only where it contradicts that", () => {
  const { skews } = open();
  skews.read("sg", ahead(11_000, 4_000));
  expect(skews.of("sg")).toEqual({ ms: 11_000, within: 2_000, isSuspect: false });
  skews.read("sg", ahead(9_500));
  skews.read("sg", ahead(11_000, 4_000));
  expect(skews.of("sg")).toMatchObject({ ms: 9_500, within: 10 });
  skews.read("sg", ahead(60_000, 4_000));
  expect(skews.of("sg")).toMatchObject({ ms: 60_000, isSuspect: true });
});

test("an answer across a step of this node's own clock, and one that says no time, tell nothing", () => {
  const { skews } = open();
  skews.read("sg", { says: 5, asked: 1_000, answered: 0 });
  skews.read("sg", { says: NaN, asked: 0, answered: 1 });
  expect(skews.all().size).toBe(0);
});

test("the status of a run has the skew of a suspect clock at the stages of its node, and is the same where there is none", () => {
  const { skews } = open();
  const stage: StageStatus = { stage: "sg", epoch: 1, rung: "started", condition: "running", attempt: 1, times: {}, outputs: [] };
  const stages = [
    { ...stage, stage: "nano" },
    { ...stage, node: "sg-2" },
  ];
  const status = { stages } as unknown as RunStatus; // no more of it is read
  skews.read("sg", ahead(60_000));
  expect(withSkews(status, skews)).toBe(status);
  skews.read("sg-2", ahead(60_000));
  expect(withSkews(status, skews).stages.map(({ clockSkew }) => clockSkew)).toEqual([undefined, 60_000]);
});
