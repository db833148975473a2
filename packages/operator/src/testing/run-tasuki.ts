// `tasuki …` in this process, for tests: what it printed, and how it ended.
import { systemClock } from "@tasuki/node";
import type { Env } from "../cli/env.ts";
import { runCli } from "../commands/run-cli.ts";
import { loadRelay, repository } from "../local/repository.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Text of both streams, in the order in which it came. */
  readonly printed: string;
}

export interface RanOptions {
  /** The folder that the user is in; paths are below it. */
  readonly cwd?: string;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** The width of a terminal for stderr, which is redrawn. */
  readonly terminal?: number;
  /** Variables of the environment that name a main. */
  readonly env?: Pick<Env, "main" | "session">;
  /** True where stdout is a terminal too. */
  readonly screen?: true;
}

/** Runs a command line to its end. */
export async function tasuki(args: readonly string[], options: RanOptions = {}): Promise<Ran> {
  return startTasuki(args, options).ended;
}

/** Starts a command line: what it has printed so far, and how it will have ended. */
export function startTasuki(args: readonly string[], options: RanOptions = {}) {
  const { cwd = "/", stdin = "", signal = new AbortController().signal, env = {}, terminal, screen } = options;
  let stdout = "";
  let stderr = "";
  let printed = "";
  const ending = runCli(args, {
    env: { ...env, cwd, isLive: terminal !== undefined },
    cwd,
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: { write: (text: string) => void ((stdout += text), (printed += text)), isTTY: screen },
    stderr: { write: (text: string) => void ((stderr += text), (printed += text)), isTTY: terminal !== undefined, columns: terminal },
    clock: systemClock,
    signal,
    relay: () => loadRelay(repository),
  });
  return { printed: () => printed, ended: ending.then((code): Ran => ({ code, stdout, stderr, printed })) };
}
