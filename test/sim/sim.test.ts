import { expect, test } from "vitest";
import { runSeeds } from "./run-seeds.ts";
import { createTally } from "./tally.ts";

const seeds = 40;

// guarantees: R1.ack-durable, R3.proven, R5.ends
test(
  "relays under simulated faults lose nothing, show nothing unproven, and end once the faults are over",
  { timeout: 300_000 },
  async () => {
    const tally = createTally();
    const failures: string[] = [];
    await runSeeds(
      Array.from({ length: seeds }, (_, at) => ({ seed: at + 1, roles: 3 })),
      {
        onReport(report) {
          const failure = tally.add(report);
          if (failure !== undefined) failures.push(failure);
        },
      },
    );
    console.log(tally.summary());
    expect(failures).toEqual([]);
  },
);
