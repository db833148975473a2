import { expect, test } from "vitest";
import { keptSeeds } from "./kept-seeds.ts";
import { type Job, runSeeds } from "./run-seeds.ts";
import { createTally } from "./tally.ts";

const from = (first: number, seeds: number, nodes: number): readonly Job[] =>
  Array.from({ length: seeds }, (_, at) => ({ seed: first + at, roles: nodes - 1 }));

const relays: readonly (readonly [string, readonly Job[]])[] = [
  ["the relays that once failed", keptSeeds],
  ["2,000 relays of four nodes", from(1, 2_000, 4)],
  ["500 relays of four nodes whose stores answer late and announce late", from(1, 500, 4).map((job) => ({ ...job, late: true }))],
  ["300 relays of three roles with two nodes each", from(1, 300, 4).map((job) => ({ ...job, pool: 2 }))],
  // One pipeline through all of them, and not 25 relays of four: so main follows 99 feeds, and each of its states has 99 stages.
  ["20 relays of a hundred nodes", from(1, 20, 100)],
];

// guarantees: R1.ack-durable, R3.proven, R5.ends, R7.names, R11.contained, R11.peers
test.for(relays)(
  "%s under simulated faults lose nothing, show nothing unproven, and end once the faults are over",
  { timeout: 1_200_000 },
  async ([, jobs]) => {
    const tally = createTally();
    const failures: string[] = [];
    await runSeeds(jobs, {
      onReport(report) {
        const failure = tally.add(report);
        if (failure !== undefined) failures.push(failure);
      },
    });
    console.log(tally.summary());
    expect(failures).toEqual([]);
    // Among so many, some are sent back by themselves and go on: what holds, holds for these too.
    expect(jobs.length < 100 || tally.summary().includes(" sent back")).toBe(true);
  },
);
