// Each role in turn lies: its node's front has its key and its token, and tells generated lies to all others beside honest runs.
// BYZANTINE_LIES tells more of them, BYZANTINE_SEED others; `pnpm byzantine` shows what it comes to.
import { expect, test } from "vitest";
import { roles } from "../chaos/chaos-relay.ts";
import { describeStorm, type StormReport, tellLies } from "./storm.ts";

const lies = Number(process.env["BYZANTINE_LIES"] ?? 500);
const seed = Number(process.env["BYZANTINE_SEED"] ?? 1_130);
const MiB = 1024 * 1024;
/** Messages of the liar's feed about one run, and a few that it gave in answer to tasks or others handed on. */
const keptAtMost = 1_000 + 16;
/** Bytes of memory that an honest node has at most. The goal is 300 MiB, by `pnpm bench byzantine`; how much garbage waits depends on the machine. */
const peak = 400 * MiB;
/** Bytes that a run of this relay takes on the disks of three nodes without a lie: 180 KB, by 92 runs. */
const ofRun = 180_000;

/** Names of nodes whose figure is above a bound, with that figure. */
const above = (figures: StormReport["peaks"], bound: number) => Object.entries(figures).filter(([, figure]) => figure > bound);

// Much of a storm is waiting, for connections that a liar cut off and for answers that it does not give: the four go on at one time.
// guarantees: R11.given-out, R11.liar, R11.peers, R3.proven, R5.starves-nobody
test.concurrent.each(roles)("%s lies, and harms nobody but its own runs", { timeout: 900_000 }, async (role) => {
  console.log(`seed ${seed}: node test/byzantine/main.ts --role ${role} --seed ${seed} --lies ${lies}`);
  const report = await tellLies({ role, seed, lies });
  console.log(describeStorm(report));
  expect(report.untold).toEqual([]);
  expect(report.total).toBeGreaterThanOrEqual(lies);
  expect(report.closed).toBe(report.honest);
  expect(report.closed).toBeGreaterThan(2);
  expect(report.ended).toEqual([]);
  expect(report.faults).toEqual([]);
  expect(report.violations).toEqual([]);
  expect(report.invented).toEqual([]);
  // A run that is lied about goes on, has closed, or is blocked: on the liar's stage, or by words that name it.
  const blocked = report.liedAbout.flatMap(({ blocks }) => blocks);
  expect(blocked.filter((block) => !block.includes(role))).toEqual([]);
  expect(report.liedAbout.filter(({ state }) => !["open", "closing", "closed"].includes(state))).toEqual([]);
  expect(report.kept.filter(({ isMains, messages, bytes }) => !isMains || messages > keptAtMost || bytes > 32 * MiB)).toEqual([]);
  expect(above(report.logs, 50_100_000)).toEqual([]);
  expect(report.longestLine).toBeLessThanOrEqual(16_384);
  const runs = report.honest + report.liedAbout.length;
  expect(Object.values(report.grown).reduce((sum, bytes) => sum + bytes, 0) - runs * ofRun).toBeLessThan(64 * MiB);
  expect(above(report.peaks, peak)).toEqual([]);
});
