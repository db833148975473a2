import { resolve } from "node:path";
import { TasukiError } from "@tasuki/contracts";
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

/** What the environment tells a node's process; everything else is in its data folder. */
export interface NodeEnvironment {
  /** `TASUKI_DATA`: the node's data folder, absolute. */
  readonly data: string;
  /** `TASUKI_POLICY`: the policy file, absolute. */
  readonly policy: string;
  /** `TASUKI_LOG_LEVEL`. */
  readonly logLevel: LogLevel;
  /** `TASUKI_FAILPOINT`: for tests, `NAME:N`; the process kills itself (SIGKILL) at the N-th time that the named point is reached. */
  readonly failpoint?: string;
  /** All variables: a command gets those of them that its configuration names. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Throws `invalid_state`, which names each variable that is missing or wrong. */
export function parseNodeEnvironment(variables: NodeEnvironment["variables"]): NodeEnvironment {
  const result = Variables.safeParse(variables);
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => `${issue.path.join(".")} (${issue.message})`).join(", ");
    throw new TasukiError("invalid_state", `The environment is not as a node needs it: ${wrong}. TASUKI_DATA is the node's data folder.`);
  }
  const { TASUKI_DATA: data, TASUKI_POLICY: policy, TASUKI_LOG_LEVEL: logLevel, TASUKI_FAILPOINT: failpoint } = result.data;
  return { data, policy, logLevel, ...(failpoint !== undefined && { failpoint }), variables };
}
