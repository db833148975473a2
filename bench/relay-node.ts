// The process of a node of the benchmarks' own relay: the shipped bus, store, consumer and outbox, with work that takes no time.
import { join } from "node:path";
import { inProcessChecker, inProcessExecutor, plainExtractor } from "@tasuki/node/testing";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { readNodeConfig, startNode, systemClock } from "@tasuki/node";
import { writePolicy } from "@tasuki/bus";
import { z } from "zod";
import { benchPipelines } from "./bench-pipeline.ts";

const {
  BENCH_ROLE: role,
  BENCH_DATA: data,
  BENCH_PIPELINE: name,
} = z.object({ BENCH_ROLE: z.string(), BENCH_DATA: z.string(), BENCH_PIPELINE: z.enum(["files", "messages"]) }).parse(process.env);
const { pipeline, work: works } = benchPipelines[name];
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const work = works[role];
const node = await startNode({
  role,
  pipeline,
  data,
  config: await readNodeConfig(join(data, "config.jsonc")),
  policy: writePolicy({ pipeline, people: { ops: ["ops@example.com"] } }),
  ...(work === undefined ? { extractor: plainExtractor(), checker: inProcessChecker() } : { executor: inProcessExecutor(work) }),
  judge: judgeAtOnce,
  clock: systemClock,
  random: Math.random,
  logger: quiet,
  version: "bench",
});
process.once("disconnect", () => void node[Symbol.asyncDispose]().then(() => process.exit(0)));
process.send?.("started");
