import { once } from "node:events";
import { isAbsolute, join, resolve } from "node:path";
import type { Clock, Pipeline } from "@tasuki/protocol";
import { createOperatorClient, type OperatorClient } from "../api/operator-client.ts";
import { toShellWord } from "../render/plain-text.ts";
import { createStyle, type Style } from "../render/style.ts";
import type { Env } from "./env.ts";

/** A stream that people may be looking at. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface CliDeps {
  readonly env: Env;
  /** The folder that the command was started in. */
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly clock: Clock;
  /** Signal that aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Loads the relay that local nodes run, folders are checked by, and policies are written for. */
  relay(): Promise<Pipeline>;
}

/** The surroundings of every command. Data goes to `out`, messages to `say`. */
export interface Cli extends CliDeps {
  /** Colours for stdout. */
  readonly style: Style;
  /** Colours for stderr. */
  readonly messageStyle: Style;
  out(text: string): void;
  say(text: string): void;
  /** Prints one versioned object on one line. */
  json(value: object): void;
  /** The absolute path that the user meant. */
  path(given: string): string;
  /** The folder of a `--data` option; without one, `.tasuki` in `cwd`. */
  dataFolder(options: { readonly data?: string }): string;
  client(options: { readonly data?: string }): OperatorClient;
  /** The next command to type, for messages. */
  next(options: { readonly data?: string }, ...words: readonly string[]): string;
  /** Resolves at Ctrl-C. */
  untilInterrupted(): Promise<void>;
  /** Sets the exit code, which is 0 otherwise. */
  endWith(code: number): void;
  exitCode(): number;
}

export function createCli(deps: CliDeps): Cli {
  const colors = (screen: Screen): Style => createStyle(deps.env.color ?? screen.isTTY === true);
  let code = 0;
  let relay: Promise<Pipeline> | undefined;
  const cli: Cli = {
    ...deps,
    relay: () => (relay ??= deps.relay()),
    style: colors(deps.stdout),
    messageStyle: colors(deps.stderr),
    out: (text) => void deps.stdout.write(`${text}\n`),
    say: (text) => void deps.stderr.write(`${text}\n`),
    json: (value) => void deps.stdout.write(`${JSON.stringify({ v: 1, ...value })}\n`),
    path: (given) => (isAbsolute(given) ? given : resolve(deps.env.cwd, given)),
    dataFolder: ({ data }) => (data === undefined ? join(deps.cwd, ".tasuki") : cli.path(data)),
    client: (options) => createOperatorClient(join(cli.dataFolder(options), "main", "operator.sock")),
    next: ({ data }, ...words) => ["pnpm tasuki", ...words, ...(data === undefined ? [] : ["--data", toShellWord(data)])].join(" "),
    async untilInterrupted() {
      if (!deps.signal.aborted) await once(deps.signal, "abort");
    },
    endWith: (next) => void (code = next),
    exitCode: () => code,
  };
  return cli;
}
