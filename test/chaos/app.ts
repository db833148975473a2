// A node of the simulated pipeline as a process of its own: real sockets, disks and signals, work that takes milliseconds.
import { setTimeout as delay } from "node:timers/promises";
import { parseFailpoint, parseNodeEnvironment, serveNode, systemClock } from "@tasuki/node";
import { inProcessChecker, inProcessExecutor, plainExtractor } from "@tasuki/node/testing";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { z } from "zod";
import { simulatedPipeline, toText } from "../sim/pipeline.ts";

const {
  CHAOS_ROLE: role,
  CHAOS_WORK_MS: workMs,
  CHAOS_SKEW_MS: firstSkewMs,
} = z
  .object({ CHAOS_ROLE: z.string(), CHAOS_WORK_MS: z.coerce.number().default(5), CHAOS_SKEW_MS: z.coerce.number().default(0) })
  .parse(process.env);

// The process that started this one steps the clock while the node runs.
let skewMs = firstSkewMs;
process.on("message", (message) => ({ skewMs } = z.object({ skewMs: z.number() }).parse(message)));

await serveNode({
  role,
  pipeline: simulatedPipeline(3),
  readEnv: () => parseNodeEnvironment(process.env),
  clock: { now: () => systemClock.now() + skewMs, monotonic: () => systemClock.monotonic() },
  work(_config, { failpoint }) {
    if (role === "main") return { extractor: plainExtractor(), checker: inProcessChecker(), judge: judgeAtOnce };
    const reach = failpoint === undefined ? () => undefined : parseFailpoint(failpoint, () => process.kill(process.pid, "SIGKILL"));
    const executor = inProcessExecutor(async ({ role: name, inputs }, signal) => {
      reach("work.before");
      await delay(workMs, undefined, { signal });
      const [before] = Object.entries(inputs).flatMap(([kind, documents]) => (kind === "run" || kind === "source-text" ? [] : documents));
      reach("work.after");
      return { [`${name}-result.txt`]: toText({ role: name, from: before?.sha256 ?? "" }) };
    });
    return { executor, judge: judgeAtOnce };
  },
});
