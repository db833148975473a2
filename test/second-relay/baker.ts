import { createExecutor, createJudge } from "@tasuki/executors";
import { parseNodeEnvironment, serveNode } from "@tasuki/node";
import { bakery } from "./relay.ts";

await serveNode({
  role: "baker",
  pipeline: bakery,
  readEnv: () => parseNodeEnvironment(process.env),
  work: ({ executor }) => ({
    executor: createExecutor(executor, { work: { module: import.meta.resolve("./bake.ts") } }),
    judge: createJudge(bakery),
  }),
});
