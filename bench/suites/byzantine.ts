import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { secondOf } from "../../test/chaos/chaos-relay.ts";
import { type StormReport, tellLies } from "../../test/byzantine/storm.ts";
import { spreadOf } from "../measure.ts";
import { type Figure, heldFigure, ms, type Suite } from "../suite.ts";

const liars = ["nano", "sg", "jp"] as const;
const seed = 1;
/** Milliseconds of each part: as many lies are told as there is time for. */
const partMs = 45_000;
const lies = 100_000;
const mostHeldMs = 200;
const mostMiB = 300;
const mostTimes = 2;

const Held = z.object({ clockMs: z.number(), cpuMs: z.number(), p99Ms: z.number() });

/** Storm, with how long main's event loop was held meanwhile. */
async function measured(options: Pick<Parameters<typeof tellLies>[0], "role" | "isHonest">): Promise<StormReport & z.infer<typeof Held>> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  try {
    const file = join(folder, "loop.json");
    const preload = pathToFileURL(join(import.meta.dirname, "../loop-delay.ts")).href;
    const mainEnv = { BENCH_LOOP: file, NODE_OPTIONS: `--import ${preload}` };
    const report = await tellLies({ ...options, seed, lies, hasSecond: true, limitMs: partMs, mainEnv });
    return { ...report, ...Held.parse(JSON.parse(await readFile(file, "utf8"))) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Longest hold of main's loop, and its memory. */
function ofMain(who: string, report: Awaited<ReturnType<typeof measured>>): Figure[] {
  const { p99Ms, peaks, total, told } = report;
  const mib = (peaks["main"] ?? 0) / 2 ** 20;
  const detail = `p99 ${ms(p99Ms)}; ${total} lies of ${Object.keys(told).length} kinds`;
  return [
    heldFigure(`${who}: main's event loop, held at most`, report, { mostMs: mostHeldMs, detail }),
    { what: `${who}: main's memory at most`, value: `${mib.toFixed(0)} MiB`, budget: `≤ ${mostMiB} MiB`, isMissed: mib > mostMiB },
  ];
}

function ofRuns(what: string, samples: readonly number[], { usualMs, isJudged = false }: { usualMs: number; isJudged?: boolean }): Figure {
  if (samples.length === 0) return { what, value: "none closed", ...(isJudged && { budget: `≤ ${mostTimes} times`, isMissed: true }) };
  const { min, median, max, samples: runs } = spreadOf(samples);
  const times = median / usualMs;
  return {
    what,
    value: `${times.toFixed(1)} times as long`,
    detail: `p50 ${ms(median)}, ${ms(min)}\u2013${ms(max)}, ${runs} runs`,
    ...(isJudged && { budget: `≤ ${mostTimes} times`, isMissed: times > mostTimes }),
  };
}

export const byzantine: Suite = {
  name: "byzantine",
  what: `One of two nodes of each role in turn lies for ${partMs / 1000} s beside honest runs; and the same runs without a lie`,
  async measure() {
    const without = await measured({ role: "nano", isHonest: true });
    const usual = Object.values(without.honestMs).flat();
    const usualMs = spreadOf(usual).median;
    const all = [...ofMain("nobody lies", without), ofRuns("nobody lies: a run", usual, { usualMs })];
    for (const role of liars) {
      const report = await measured({ role });
      all.push(
        ...ofMain(`${role} lies`, report),
        ofRuns(`${role} lies: an honest run on ${role}-2`, report.honestMs[secondOf(role)] ?? [], { usualMs, isJudged: true }),
        // The time of its own node's runs is up to the liar.
        ofRuns(`${role} lies: an honest run on ${role} itself`, report.honestMs[role] ?? [], { usualMs }),
      );
    }
    return all;
  },
};
