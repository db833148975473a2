import { relay } from "@tasuki/contracts/relay";
import { createExecutor } from "@tasuki/executors";
import { runNode } from "@tasuki/relay";
import { readEnv } from "./env.ts";

await runNode({
  role: "jp",
  pipeline: relay,
  readEnv,
  work: ({ executor }, { variables }) => ({ executor: createExecutor(executor, { environment: variables }) }),
});
