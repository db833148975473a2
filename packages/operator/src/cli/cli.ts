import { once } from "node:events";
import { isAbsolute, join, resolve } from "node:path";
import { type Clock, escapeUnseen, type Pipeline, TasukiError } from "@tasuki/protocol";
import { createOperatorClient, type OperatorClient } from "../api/operator-client.ts";
import { toShellWord, toText } from "../render/plain-text.ts";
import { createStyle, Line, type Style, type Words } from "../render/style.ts";
import type { Env } from "./env.ts";
import { type DataOption, mainForm, toMainUrl } from "./options.ts";
import { createRedraw } from "./redraw.ts";

/** Screen, as far as a command may know it. */
interface Display {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** A stream that people may be looking at. */
export interface Screen extends Display {
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

/**
 * The surroundings of every command. Data goes to `out`, messages to `say`. Everything that a command prints passes here, where nothing of
 * another machine keeps a character that a screen obeys or does not show: no command has a stream to write to.
 */
export interface Cli extends Omit<CliDeps, "stdout" | "stderr"> {
  readonly stdout: Display;
  readonly stderr: Display;
  /** Colours for stdout. */
  readonly style: Style;
  /** Colours for stderr. */
  readonly messageStyle: Style;
  /** Prints one line. */
  out(words: Words): void;
  /** Prints one line on stderr. */
  say(words: Words): void;
  /** Draws lines on stderr, in the place of those that it drew before. */
  redraw(lines: readonly Words[]): void;
  /** Prints one versioned object on one line. */
  json(value: object): void;
  /** Prints a file: byte for byte for programs, on a terminal without the characters that could steer it. */
  document(text: string): void;
  /** The absolute path that the user meant. Throws `malformed_request` for an empty one, which would be the folder that the user is in. */
  path(given: string): string;
  /** The folder of a `--data` option; without one, `.tasuki` in `cwd`. */
  dataFolder(options: { readonly data?: string }): string;
  /** Client of the main that the options name: at a URL, or of the data folder. Throws `malformed_request` where the environment names none. */
  client(options: DataOption): OperatorClient;
  /** The next command to type, for messages. */
  next(options: DataOption, ...words: readonly string[]): string;
  /** Says what to type for pnpm, where it is not installed: all commands that are named begin with it. */
  sayPnpm(): void;
  /** Resolves at Ctrl-C. */
  untilInterrupted(): Promise<void>;
  /** Sets the exit code, which is 0 otherwise. */
  endWith(code: number): void;
  exitCode(): number;
}

function isLoopback(url: string): boolean {
  return ["127.0.0.1", "localhost"].includes(new URL(url).hostname);
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
    out: (words) => void deps.stdout.write(`${Line.of(words).shown}\n`),
    say: (words) => void deps.stderr.write(`${Line.of(words).shown}\n`),
    redraw: createRedraw(deps.stderr),
    json: (value) => void deps.stdout.write(`${escapeUnseen(JSON.stringify({ v: 1, ...value }))}\n`),
    document(text) {
      const shown = deps.stdout.isTTY === true ? toText(text) : text;
      deps.stdout.write(shown.endsWith("\n") || deps.stdout.isTTY !== true ? shown : `${shown}\n`);
    },
    path(given) {
      if (given === "")
        throw new TasukiError(
          "malformed_request",
          'One of the paths is empty (""), as a variable that is not set makes it: name a file or folder, or leave it out.',
        );
      return isAbsolute(given) ? given : resolve(deps.env.cwd, given);
    },
    dataFolder: ({ data }) => (data === undefined ? join(deps.cwd, ".tasuki") : cli.path(data)),
    client(options) {
      const { main: named, session } = deps.env;
      const given = options.main ?? (options.data === undefined ? named : undefined);
      if (given === undefined) return createOperatorClient(join(cli.dataFolder(options), "main", "operator.sock"));
      const url = toMainUrl(given);
      if (url === undefined) throw new TasukiError("malformed_request", `TASUKI_MAIN is '${given}', which names no main. ${mainForm}`);
      // A session is one with a door on this machine, or what leads there; it is told to no other.
      return createOperatorClient({ url, ...(isLoopback(url) && { session }) });
    },
    next({ data, main }, ...words) {
      const place = data === undefined ? (main === undefined ? [] : ["--main", toShellWord(main)]) : ["--data", toShellWord(data)];
      return ["pnpm tasuki", ...words, ...place].join(" ");
    },
    sayPnpm() {
      const { pnpm } = deps.env;
      if (pnpm !== undefined) cli.say(cli.messageStyle.dim(`(Where pnpm is not installed, as npx has it here, type ${pnpm} for it.)`));
    },
    async untilInterrupted() {
      if (!deps.signal.aborted) await once(deps.signal, "abort");
    },
    endWith: (next) => void (code = next),
    exitCode: () => code,
  };
  return cli;
}
