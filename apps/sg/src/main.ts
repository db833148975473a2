import { relay } from "@tasuki/contracts/relay";
import { createExecutor, createJudge } from "@tasuki/executors";
import { producer } from "@tasuki/finder";
import { serveNode } from "@tasuki/node";
import { readEnv } from "./env.ts";

await serveNode({
  role: "sg",
  pipeline: relay,
  readEnv,
  work: ({ executor }, { variables }) => ({
    executor: createExecutor(executor, {
      environment: variables,
      work: { module: import.meta.resolve("@tasuki/finder/review"), producer, isPure: true },
    }),
    judge: createJudge(relay),
  }),
});
