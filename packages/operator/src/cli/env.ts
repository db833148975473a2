import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { z } from "zod";

const Environment = z.object({
  NO_COLOR: z.string().optional(),
  FORCE_COLOR: z.string().optional(),
  TERM: z.string().optional(),
  CI: z.string().optional(),
  /** The folder that the user was in when pnpm ran this from the workspace's root. */
  INIT_CWD: z.string().optional(),
  /** The program file of the pnpm that runs this, and its name and version: `pnpm/12.21.0 npm/? node/v26.10.0`. */
  npm_execpath: z.string().optional(),
  npm_config_user_agent: z.string().optional(),
  TASUKI_MAIN: z.string().optional(),
  TASUKI_SESSION: z.string().optional(),
});

export interface Env {
  /** True for colours, false for none; undefined where the terminal decides. Sources: no-color.org, force-color.org. */
  readonly color?: boolean;
  /** True where lines may be redrawn on a terminal. */
  readonly isLive: boolean;
  /** The folder that the user's paths begin at. */
  readonly cwd: string;
  /** The word to type for pnpm, where npx has brought it and nobody has installed it: `npx -y pnpm@12.21.0`. */
  readonly pnpm?: string;
  /** The main to ask where no option says which: an address or a URL. */
  readonly main?: string;
  /** Secret of a session with the loopback door of a main that is asked by its URL. */
  readonly session?: string;
}

/** Reads the environment; nothing else in this package does. */
export function readEnv(cwd: string): Env {
  const found = Environment.parse(process.env);
  const { NO_COLOR, FORCE_COLOR, TERM, CI, INIT_CWD, TASUKI_MAIN: main, TASUKI_SESSION: session } = found;
  const isDumb = TERM === "dumb";
  const color = isSet(NO_COLOR) || isDumb ? false : isSet(FORCE_COLOR) ? FORCE_COLOR !== "0" && FORCE_COLOR !== "false" : undefined;
  return {
    ...(color !== undefined && { color }),
    isLive: !isDumb && !isSet(CI) && !isSet(NO_COLOR),
    cwd: INIT_CWD ?? cwd,
    ...pnpmOfNpx(found),
    ...(isSet(main) && { main }),
    ...(isSet(session) && { session }),
  };
}

function pnpmOfNpx({ npm_execpath: file = "", npm_config_user_agent: agent = "" }: z.infer<typeof Environment>): Pick<Env, "pnpm"> {
  const [, version] = /^pnpm\/(\d[\w.-]*)/.exec(agent) ?? [];
  return version !== undefined && /[\\/]_npx[\\/]/.test(file) ? { pnpm: `npx -y pnpm@${version}` } : {};
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

/** The environment of a child process: this process's own, the folder of the compile cache, and `more`. */
export function childEnvironment(more: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
  const compiled = getCompileCacheDir();
  // The cache has a folder for each version of Node; the variable names the one above.
  return { ...process.env, ...(compiled !== undefined && { NODE_COMPILE_CACHE: dirname(compiled) }), ...more };
}
