import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { createChecker, createExtractor } from "@tasuki/executors";
import { startOperatorApi } from "@tasuki/operator";
import { runNode } from "@tasuki/relay";
import { readEnv } from "./env.ts";

await runNode({
  role: "main",
  pipeline: relay,
  readEnv,
  work: () => ({ extractor: createExtractor(), checker: createChecker() }),
  beside: (node, data) => startOperatorApi({ node, path: join(data, "operator.sock") }),
});
