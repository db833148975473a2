import { isAbsolute, join, resolve } from "node:path";
import type { Clock } from "@tasuki/contracts";
import { createOperatorClient, type OperatorClient } from "../api/operator-client.ts";
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
  /** The folder that this was started in. */
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly clock: Clock;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What every command works with. Data goes to `out`, messages to `say`. */
export interface Cli extends CliDeps {
  /** Colours for stdout. */
  readonly style: Style;
  /** Colours for stderr. */
  readonly messageStyle: Style;
  out(text: string): void;
  say(text: string): void;
  /** One versioned object on one line. */
  json(value: object): void;
  /** The absolute path that the user meant. */
  path(given: string): string;
  /** The folder of a `--data` option; `.tasuki` where this was started, without one. */
  dataFolder(options: { readonly data?: string }): string;
  client(options: { readonly data?: string }): OperatorClient;
  /** What to type next, for messages. */
  next(options: { readonly data?: string }, ...words: readonly string[]): string;
  /** Sets the exit code, where it is not 0. */
  endWith(code: number): void;
  exitCode(): number;
}

export function createCli(deps: CliDeps): Cli {
  const colors = (screen: Screen): Style => createStyle(deps.env.color ?? screen.isTTY === true);
  let code = 0;
  const cli: Cli = {
    ...deps,
    style: colors(deps.stdout),
    messageStyle: colors(deps.stderr),
    out: (text) => void deps.stdout.write(`${text}\n`),
    say: (text) => void deps.stderr.write(`${text}\n`),
    json: (value) => void deps.stdout.write(`${JSON.stringify({ v: 1, ...value })}\n`),
    path: (given) => (isAbsolute(given) ? given : resolve(deps.env.cwd, given)),
    dataFolder: ({ data }) => (data === undefined ? join(deps.cwd, ".tasuki") : cli.path(data)),
    client: (options) => createOperatorClient(join(cli.dataFolder(options), "main", "operator.sock")),
    next: ({ data }, ...words) => ["pnpm tasuki", ...words, ...(data === undefined ? [] : ["--data", data])].join(" "),
    endWith: (next) => void (code = next),
    exitCode: () => code,
  };
  return cli;
}
