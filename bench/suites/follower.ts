import { setTimeout as delay } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { type BenchRelay, startBenchRelay } from "../bench-relay.ts";
import { driveRelay } from "../drive-relay.ts";
import { spreadOf } from "../measure.ts";
import { type Figure, ms, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const others = roles.filter((role) => role !== "main");
const fillMs = 30_000;
const inFlight = 32;
const rounds = 3;
/** Main is through with what it reads at its start once it has used less than this of a core, over this time. */
const quiet = { ms: 1_500, share: 0.1 };
const least = 4_000;

/** Processor time that main uses from its start until it is quiet, milliseconds. */
async function startUntilQuiet(relay: BenchRelay): Promise<number> {
  await relay.start("main");
  for (let before = await relay.cpuOf("main"); ;) {
    await delay(quiet.ms);
    const now = await relay.cpuOf("main");
    if (now - before < quiet.ms * quiet.share) return before;
    before = now;
  }
}

/** Has main read the feeds of all nodes from their beginnings at its next start. */
function forgetPositions(folder: string): void {
  const db = new DatabaseSync(join(folder, "node.sqlite"));
  db.exec("DELETE FROM position");
  db.close();
}

export const follower: Suite = {
  name: "follower",
  what: "Main that is far behind: it reads the feeds of three nodes from their beginnings, and verifies each entry",
  async measure() {
    await using relay = await startBenchRelay(roles);
    {
      using driver = driveRelay(relay);
      await driver.measure({ forMs: fillMs, inFlight });
    }
    const sizes = await Promise.all(others.map(async (role) => (await relay.client(role, "main").status({})).size));
    const entries = sizes.reduce((sum, size) => sum + size, 0);
    const taken: { readonly behind: number; readonly abreast: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await relay.kill("main");
      const abreast = await startUntilQuiet(relay);
      await relay.kill("main");
      forgetPositions(relay.folder("main"));
      taken.push({ abreast, behind: await startUntilQuiet(relay) });
    }
    const rate = spreadOf(taken.map(({ behind, abreast }) => (entries / (behind - abreast)) * 1000));
    const [behind, abreast] = [spreadOf(taken.map((each) => each.behind)), spreadOf(taken.map((each) => each.abreast))];
    const figure: Figure = {
      what: "entries of a second of processor time",
      value: rate.median.toFixed(0),
      detail: `${rate.min.toFixed(0)}–${rate.max.toFixed(0)}, ${entries} entries; a start takes ${ms(behind.median)}, and ${ms(abreast.median)} with nothing to read`,
      budget: `≥ ${least}`,
      isMissed: rate.median < least,
    };
    return [figure];
  },
};
