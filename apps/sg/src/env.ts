import { join } from "node:path";
import { type NodeEnvironment, parseNodeEnvironment } from "@tasuki/node";

/** The only reader of the environment in this app. The policy is the repository's, unless the environment names another. */
export function readEnv(): NodeEnvironment {
  return parseNodeEnvironment({ TASUKI_POLICY: join(import.meta.dirname, "../../../infra/tailnet/policy.hujson"), ...process.env });
}
