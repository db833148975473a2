import { createExecutor, createJudge } from "@tasuki/executors";
import { parseNodeEnvironment, serveNode } from "@tasuki/node";
import { bakery } from "./relay.ts";

await serveNode({
  role: "mixer",
  pipeline: bakery,
  readEnv: () => parseNodeEnvironment(process.env),
  work: ({ executor }, { variables }) => ({
    executor: createExecutor(executor, { environment: variables }),
    judge: createJudge(bakery),
  }),
});
