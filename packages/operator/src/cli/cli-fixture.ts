// `tasuki …` in this process, for tests: what it printed, and how it ended.
import { began } from "../api/operator-fixture.ts";
import { runCli } from "./run-cli.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RanOptions {
  /** Where the user is; paths are below it. */
  readonly cwd?: string;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** A terminal of this width for stderr, redrawn. */
  readonly terminal?: number;
}

/** Until it ends; three seconds after the example run began. */
export async function tasuki(args: readonly string[], options: RanOptions = {}): Promise<Ran> {
  return startTasuki(args, options).ended;
}

/** What it has printed so far, and how it will have ended. */
export function startTasuki(args: readonly string[], options: RanOptions = {}) {
  const { cwd = "/", stdin = "", signal = new AbortController().signal, terminal } = options;
  let stdout = "";
  let stderr = "";
  const ending = runCli(args, {
    env: { cwd, isLive: terminal !== undefined },
    cwd,
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text), isTTY: terminal !== undefined, columns: terminal },
    clock: { now: () => began + 3_000, monotonic: () => 0 },
    signal,
  });
  return { printed: () => stdout + stderr, ended: ending.then((code): Ran => ({ code, stdout, stderr })) };
}
