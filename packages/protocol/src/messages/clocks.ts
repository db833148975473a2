import { z } from "zod";

/** Longest that a clock may be asked to run, milliseconds: 14 days. */
export const longestClock = 14 * 24 * 60 * 60_000;
/** Longest that a run's deadline may lie ahead, milliseconds: 366 days. */
export const longestDeadline = 366 * 24 * 60 * 60_000;

/**
 * Every time limit of a run: who enforces it, how long it lasts where nothing else is asked for, and at most, milliseconds. The first four are the
 * clocks of a stage, with Temporal's names and meanings, and can be asked for. `deadline` is the run's own, which has none unless it asks for one.
 * `intake` and `want` are main's own: of one attempt to take a run in, which has the `startToClose` of its run, and of one pull or check.
 */
export const clockTable = {
  /** From the dispatch of a stage to its acceptance. */
  scheduleToStart: { by: "main", default: 60_000, longest: longestClock },
  /** From one sign of work to the next; for main, from the last word of a stage's node. */
  heartbeat: { by: "node and main", default: 120_000, longest: longestClock },
  /** From the start of an attempt to its end. */
  startToClose: { by: "node", default: 30 * 60_000, longest: longestClock },
  /** From the dispatch of a stage to its hand-off. */
  scheduleToClose: { by: "main", default: 2 * 60 * 60_000, longest: longestClock },
  deadline: { by: "main", default: Infinity, longest: longestDeadline },
  intake: { by: "main", default: 30 * 60_000, longest: 24 * 60 * 60_000 },
  /** More than a check's own limit, and than 8 MiB take over a slow line. */
  want: { by: "main", default: 180_000, longest: 180_000 },
} as const satisfies Record<string, { readonly by: string; readonly default: number; readonly longest: number }>;

/** Clocks of a stage, milliseconds, as they are stored: the first releases took longer ones than may be asked for now. */
export const Clocks = z.object({
  scheduleToStart: z.int().positive(),
  heartbeat: z.int().positive(),
  startToClose: z.int().positive(),
  scheduleToClose: z.int().positive(),
});
export type Clocks = z.infer<typeof Clocks>;

/** Names of the clocks that may be asked for. */
export const clockNames: readonly (keyof Clocks)[] = ["scheduleToStart", "heartbeat", "startToClose", "scheduleToClose"];

export const defaultClocks: Clocks = {
  scheduleToStart: clockTable.scheduleToStart.default,
  heartbeat: clockTable.heartbeat.default,
  startToClose: clockTable.startToClose.default,
  scheduleToClose: clockTable.scheduleToClose.default,
};

const clockRule = `a whole number of milliseconds, from 1 to ${longestClock} (14 days)`;
const askedClock = z.int({ error: clockRule, abort: true }).positive(clockRule).max(longestClock, clockRule);

/** Clocks that may be asked for: every one of them is bounded here, so that no sum of them is too large for a date or a timer. */
export const AskedClocks = z
  .object({ scheduleToStart: askedClock, heartbeat: askedClock, startToClose: askedClock, scheduleToClose: askedClock })
  .partial();
export type AskedClocks = z.infer<typeof AskedClocks>;

/** Clips stored clocks to the longest that may be asked for. Clocks within that come back as they are. */
export function clipClocks<C extends AskedClocks>(clocks: C): C {
  if (clockNames.every((name) => (clocks[name] ?? 0) <= longestClock)) return clocks;
  return {
    ...clocks,
    ...Object.fromEntries(Object.entries(clocks).map(([name, ms = longestClock]) => [name, Math.min(ms, longestClock)])),
  };
}

/** Clocks with what is asked for in place of what there was; what is asked for as undefined is not asked for. */
export function withClocks<C extends AskedClocks>(clocks: C, asked: AskedClocks | undefined): C {
  const given = Object.entries(asked ?? {}).filter(([, milliseconds]) => milliseconds !== undefined);
  return given.length === 0 ? clocks : { ...clocks, ...Object.fromEntries(given) };
}

/** Parses the clocks of a relay's definition. Throws an `Error` that names the clock and its rule. */
export function parseClocks(asked: AskedClocks, where: string): AskedClocks {
  const parsed = z.strictObject(AskedClocks.shape).safeParse(asked);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new Error(`the clocks of ${where}: ${first?.path.join(".") ?? ""}: ${first?.message ?? ""}`);
}
