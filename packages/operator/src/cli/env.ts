import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { z } from "zod";

const Environment = z.object({
  NO_COLOR: z.string().optional(),
  FORCE_COLOR: z.string().optional(),
  TERM: z.string().optional(),
  CI: z.string().optional(),
  /** Where the user was when pnpm ran this from the workspace's root. */
  INIT_CWD: z.string().optional(),
});

export interface Env {
  /** What the environment says about colours; where it says nothing, the terminal decides. Sources: no-color.org, force-color.org. */
  readonly color?: boolean;
  /** Whether lines may be redrawn on a terminal. */
  readonly isLive: boolean;
  /** The folder that the user's paths begin at. */
  readonly cwd: string;
}

/** The only reader of the environment in this package. */
export function readEnv(cwd: string): Env {
  const { NO_COLOR, FORCE_COLOR, TERM, CI, INIT_CWD } = Environment.parse(process.env);
  const isDumb = TERM === "dumb";
  const color = isSet(NO_COLOR) || isDumb ? false : isSet(FORCE_COLOR) ? FORCE_COLOR !== "0" && FORCE_COLOR !== "false" : undefined;
  return { ...(color !== undefined && { color }), isLive: !isDumb && !isSet(CI) && !isSet(NO_COLOR), cwd: INIT_CWD ?? cwd };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

/** The environment of a process that is started from here: this one's, where what was compiled is kept, and what it is told besides. */
export function childEnvironment(more: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
  const compiled = getCompileCacheDir();
  // Each version of Node has a folder of its own in there.
  return { ...process.env, ...(compiled !== undefined && { NODE_COMPILE_CACHE: dirname(compiled) }), ...more };
}
