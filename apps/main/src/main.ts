import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { createChecker, createExtractor, createJudge } from "@tasuki/executors";
import { startOperatorApi } from "@tasuki/operator";
import { serveNode } from "@tasuki/node";
import { readEnv } from "./env.ts";

await serveNode({
  role: "main",
  pipeline: relay,
  readEnv,
  work: () => ({ extractor: createExtractor(), checker: createChecker(), judge: createJudge(relay) }),
  services: (node, data) => startOperatorApi({ node, path: join(data, "operator.sock") }),
});
