// Preloaded into a node's process (`--import`): how long its event loop was held at most, from when it has started to its end.
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { z } from "zod";

const { BENCH_LOOP: file } = z.object({ BENCH_LOOP: z.string() }).parse(process.env);
const startMs = 3_000;
const delay = monitorEventLoopDelay({ resolution: 5 });
setTimeout(() => delay.enable(), startMs).unref();
process.once("exit", () => writeFileSync(file, JSON.stringify({ maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 })));
