import { type Executor, TasukiError, toExpected, type Unmet } from "@tasuki/protocol";
import { z } from "zod";
import { CommandConfig } from "./command/command-config.ts";
import { createCommandExecutor } from "./command/create-command-executor.ts";
import { type AppWork, createModuleExecutor } from "./stage/execute-stage.ts";
import { canLimit } from "./supervise/resource-limits.ts";

const ExecutorConfig = z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("embedded") }), CommandConfig]);

const example = `{"kind": "embedded"} or {"kind": "command", "name": "my-tool", "argv": ["/usr/bin/python3", "/opt/my_tool.py"]}`;

export interface ExecutorSurroundings {
  /** The node's own environment, from which `env.pass` of a command takes its values. Nothing else of it reaches a program. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Work of the role's own app, which `"embedded"` stands for. Left out, only a command can be configured. */
  readonly work?: AppWork;
}

/**
 * Executor that `executor` in config.jsonc asks for: `{"kind": "embedded"}` is the work of the role's own app, `{"kind": "command", …}` a
 * program. Throws `invalid_state`, whose message and `unmet` say what to write, where the configuration doesn't hold.
 */
export function createExecutor(config: unknown, { environment = {}, work }: ExecutorSurroundings = {}): Executor {
  const read = ExecutorConfig.safeParse(config);
  if (!read.success) throw misconfigured(read.error.issues.map((issue) => toUnmet(issue, config)));
  if (read.data.kind === "embedded") {
    if (work !== undefined) return createModuleExecutor(work);
    throw misconfigured([unmet("kind", ["a command: this role's app has no work of its own", "embedded"])]);
  }
  const { env, limits } = read.data;
  const absent = env.pass.filter((name) => environment[name] === undefined);
  if (absent.length > 0)
    throw misconfigured(absent.map((name) => unmet("env.pass", [`a variable of the node's environment`, `${name}, which is not set`])));
  if (Object.keys(limits).length > 0 && !canLimit())
    throw misconfigured([unmet("limits", ["no limits on a machine without prlimit (util-linux)", Object.keys(limits).join(", ")])]);
  return createCommandExecutor(read.data, environment);
}

function toUnmet(issue: z.core.$ZodIssue, config: unknown): Unmet {
  const path = issue.path.join(".");
  return unmet(path, [toExpected(issue), show(issue.path.reduce<unknown>((value, key) => Object(value)[key], config))]);
}

function unmet(path: string, [expected, got]: readonly [string, string]): Unmet {
  return {
    file: "config.jsonc",
    path: ["executor", path].filter(Boolean).join("."),
    expected,
    got,
    fix: `write an executor such as ${example}`,
  };
}

function misconfigured(all: readonly Unmet[]): TasukiError {
  const lines = all.map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`);
  return new TasukiError("invalid_state", `config.jsonc: ${lines.join("; ")}. Write an executor such as ${example}.`, { unmet: all });
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
