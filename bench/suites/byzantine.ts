import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { secondOf } from "../../test/chaos/chaos-relay.ts";
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

/** How long main's loop was held, and its memory. */
function ofMain(who: string, { maxMs, p99Ms, peaks }: Awaited<ReturnType<typeof measured>>): Figure[] {
  return [
    { what: `${who}: main's event loop, held at most`, value: ms(maxMs), detail: `p99 ${ms(p99Ms)}`, budget: "< 200 ms" },
    { what: `${who}: main's memory at most`, value: `${((peaks["main"] ?? 0) / 2 ** 20).toFixed(0)} MiB`, budget: "< 300 MiB" },
  ];
}

function ofRuns(what: string, samples: readonly number[], { usualMs, budget }: { usualMs: number; budget?: string }): Figure {
  const { min, median, max, samples: runs } = spreadOf(samples);
  return {
    what,
    value: `${(median / usualMs).toFixed(1)} times as long`,
    detail: `p50 ${ms(median)}, ${ms(min)}\u2013${ms(max)}, ${runs} runs`,
    ...(budget !== undefined && { budget }),
  };
}

export const byzantine: Suite = {
  name: "byzantine",
  what: `One of two nodes of each role in turn tells ${lies} generated lies beside honest runs; and the same runs without a lie`,
  async measure() {
    const without = await measured({ role: "nano", seed, lies, hasSecond: true, isHonest: true, limitMs: honestMs });
    const usual = Object.values(without.honestMs).flat();
    const usualMs = spreadOf(usual).median;
    const all = [...ofMain("nobody lies", without), ofRuns("nobody lies: a run", usual, { usualMs })];
    for (const role of liars) {
      const report = await measured({ role, seed, lies, hasSecond: true });
      all.push(
        ...ofMain(`${role} lies`, report),
        ofRuns(`${role} lies: an honest run on ${role}-2`, report.honestMs[secondOf(role)] ?? [], { usualMs, budget: "< 2 times" }),
        // How long the runs of its own node take is up to the liar.
        ofRuns(`${role} lies: an honest run on ${role} itself`, report.honestMs[role] ?? [], { usualMs }),
      );
    }
    return all;
  },
};
