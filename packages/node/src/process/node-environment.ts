import { resolve } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { z } from "zod";
import { LogLevel } from "./open-logger.ts";

const path = z
  .string()
  .min(1)
  .transform((given) => resolve(given));
const Variables = z.object({
  TASUKI_DATA: path,
  TASUKI_POLICY: path,
  TASUKI_LOG_LEVEL: LogLevel.default("info"),
  TASUKI_FAILPOINT: z.string().optional(),
});

/** Environment of a node's process; the rest of its configuration is in its data folder. */
export interface NodeEnvironment {
  /** Data folder of the node, absolute: `TASUKI_DATA`. */
  readonly data: string;
  /** Path of the policy file, absolute: `TASUKI_POLICY`. */
  readonly policy: string;
  /** Least level that is logged: `TASUKI_LOG_LEVEL`, `info` by default. */
  readonly logLevel: LogLevel;
  /** Failpoint for tests, `NAME:N`: `TASUKI_FAILPOINT`. The process kills itself (SIGKILL) at the N-th time that the named point is reached. */
  readonly failpoint?: string;
  /** Variables, all of them: a command gets those that its configuration names. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Parses the variables. Throws `invalid_state`, which names each one that is missing or wrong. */
export function parseNodeEnvironment(variables: NodeEnvironment["variables"]): NodeEnvironment {
  const result = Variables.safeParse(variables);
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => `${issue.path.join(".")} (${issue.message})`).join(", ");
    throw new TasukiError("invalid_state", `The environment is not as a node needs it: ${wrong}. TASUKI_DATA is the node's data folder.`);
  }
  const { TASUKI_DATA: data, TASUKI_POLICY: policy, TASUKI_LOG_LEVEL: logLevel, TASUKI_FAILPOINT: failpoint } = result.data;
  return { data, policy, logLevel, ...(failpoint !== undefined && { failpoint }), variables };
}
