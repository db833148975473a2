import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type StormReport, tellLies } from "../../test/byzantine/storm.ts";
import { spreadOf } from "../measure.ts";
import { type Figure, ms, type Suite } from "../suite.ts";

const liars = ["nano", "sg", "jp"] as const;
const lies = 300;
const seed = 1;
const honestMs = 15_000;

const Held = z.object({ maxMs: z.number(), p99Ms: z.number() });

/** Storm, with how long main's event loop was held meanwhile. */
async function measured(options: Parameters<typeof tellLies>[0]): Promise<StormReport & z.infer<typeof Held>> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  try {
    const file = join(folder, "loop.json");
    const preload = pathToFileURL(join(import.meta.dirname, "../loop-delay.ts")).href;
    const report = await tellLies({ ...options, mainEnv: { BENCH_LOOP: file, NODE_OPTIONS: `--import ${preload}` } });
    return { ...report, ...Held.parse(JSON.parse(await readFile(file, "utf8"))) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const byzantine: Suite = {
  name: "byzantine",
  what: `One node of each role in turn tells ${lies} generated lies beside honest runs; and the same runs without a lie`,
  async measure() {
    const without = await measured({ role: "nano", seed, lies, isHonest: true, limitMs: honestMs });
    const usual = spreadOf(without.honestMs);
    const figures = (who: string, report: Awaited<ReturnType<typeof measured>>): Figure[] => {
      const spread = spreadOf(report.honestMs);
      const runs = `${ms(spread.min)}\u2013${ms(spread.max)}, ${spread.samples} runs`;
      return [
        { what: `${who}: main's event loop, held at most`, value: ms(report.maxMs), detail: `p99 ${ms(report.p99Ms)}`, budget: "< 200 ms" },
        { what: `${who}: main's memory at most`, value: `${((report.peaks["main"] ?? 0) / 2 ** 20).toFixed(0)} MiB`, budget: "< 300 MiB" },
        {
          what: `${who}: an honest run beside it, p50`,
          value: ms(spread.median),
          detail: `${runs}; ${(spread.median / usual.median).toFixed(1)} times as long as without`,
          budget: "< 2 times",
        },
      ];
    };
    const all = figures("nobody lies", without);
    for (const role of liars) all.push(...figures(`${role} lies`, await measured({ role, seed, lies })));
    return all;
  },
};
