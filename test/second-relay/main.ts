import { join } from "node:path";
import { createChecker, createExtractor, createJudge } from "@tasuki/executors";
import { parseNodeEnvironment, serveNode } from "@tasuki/node";
import { startOperatorApi } from "@tasuki/operator";
import { bakery } from "./relay.ts";

await serveNode({
  role: "main",
  pipeline: bakery,
  readEnv: () => parseNodeEnvironment(process.env),
  work: () => ({ extractor: createExtractor(), checker: createChecker(), judge: createJudge(bakery) }),
  services: (node, data) => startOperatorApi({ node, path: join(data, "operator.sock") }),
});
