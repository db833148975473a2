import { expect, test } from "vitest";
import { createRandom } from "../sim/random.ts";
import { killStorm } from "./kill-storm.ts";
import { toReport } from "./report.ts";

/** Steps at whose boundaries a failpoint stands. */
const boundaries = [
  "accept-run",
  "accept-work",
  "accept-close",
  "claim",
  "work",
  "complete-produced",
  "send",
  "settle-done",
  "upload",
  "end-run",
];

// guarantees: R1.ack-durable, R2.produced-once, R5.ends, R10.reopen
test("200 kills at every boundary lose nothing, complete nothing twice, and leave no run behind", { timeout: 900_000 }, async () => {
  const report = await killStorm({ kills: 200, random: createRandom(1), log: () => undefined });
  for (const line of toReport(report)) console.log(line);
  expect(report.violations).toEqual([]);
  expect([report.closed, report.kills >= 200]).toEqual([report.runs, true]);
  const struck = Object.entries(report.struck).flatMap(([name, times]) => (times > 0 ? [name.split(" ")[1]?.split(".")[0]] : []));
  expect(boundaries.filter((boundary) => !struck.includes(boundary))).toEqual([]);
});
