// The process of a node of the benchmarks' own relay: the shipped bus, store, consumer and outbox, with work that takes no time.
import { join } from "node:path";
import { inProcessChecker, inProcessExecutor, plainExtractor } from "@tasuki/node/testing";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { readNodeConfig, startNode, systemClock } from "@tasuki/node";
import { writePolicy } from "@tasuki/bus";
import { z } from "zod";
import { benchPipeline, benchWork } from "./bench-pipeline.ts";

const { BENCH_ROLE: role, BENCH_DATA: data } = z.object({ BENCH_ROLE: z.string(), BENCH_DATA: z.string() }).parse(process.env);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const work = benchWork[role];
const node = await startNode({
  role,
  pipeline: benchPipeline,
  data,
  config: await readNodeConfig(join(data, "config.jsonc")),
  policy: writePolicy({ pipeline: benchPipeline, people: { ops: ["ops@example.com"] } }),
  ...(work === undefined ? { extractor: plainExtractor(), checker: inProcessChecker() } : { executor: inProcessExecutor(work) }),
  judge: judgeAtOnce,
  clock: systemClock,
  random: Math.random,
  logger: quiet,
  version: "bench",
});
process.once("disconnect", () => void node[Symbol.asyncDispose]().then(() => process.exit(0)));
process.send?.("started");
