import { resolve } from "node:path";
import { TasukiError } from "@tasuki/contracts";
import { z } from "zod";
import { LogLevel } from "./open-logger.ts";

/** What the environment tells a node's process; everything else is in its data folder. */
export const NodeEnvironment = z.object({
  /** The node's data folder. */
  TASUKI_DATA: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  /** The policy file (`infra/tailnet/policy.hujson`). */
  TASUKI_POLICY: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  TASUKI_LOG_LEVEL: LogLevel.default("info"),
});
export type NodeEnvironment = z.output<typeof NodeEnvironment>;

/** Throws `invalid_state`, which names each variable that is missing or wrong. */
export function parseNodeEnvironment(variables: Readonly<Record<string, string | undefined>>): NodeEnvironment {
  const result = NodeEnvironment.safeParse(variables);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `${path.join(".")} (${message})`).join(", ");
  throw new TasukiError("invalid_state", `The environment is not as a node needs it: ${wrong}. TASUKI_DATA is the node's data folder.`);
}
