import { setTimeout as delay } from "node:timers/promises";
import type { ExecutorContext } from "@tasuki/protocol";
import { type CappedStream, readFolderChange } from "./signs-of-work.ts";

export interface SupervisionLimits {
  /** Longest time from start to end, milliseconds. */
  readonly hardMs: number;
  /** Longest time without a sign of work (a byte of what the child writes, a change in `watch`), milliseconds; without it, silence ends nothing. */
  readonly stallMs?: number;
  /** Time between SIGTERM and SIGKILL, milliseconds. */
  readonly graceMs: number;
  /** Most bytes that the child may print to stdout, and to stderr. */
  readonly maxOutputBytes: number;
}

export type Cut = "timed-out" | "stalled" | "cancelled" | "output-limit";

interface Watched {
  readonly streams: readonly CappedStream[];
  readonly limits: SupervisionLimits;
  /** A folder in which changes are signs of work. */
  readonly watch?: string | undefined;
  /** Resolves once the job is over by itself. */
  readonly over: Promise<unknown>;
}

/** Context of a supervision. */
export type Supervision = Pick<ExecutorContext, "clock" | "signal" | "progress">;

/** Watches a job until it is over by itself, or must be cut off: then resolves with why. */
export async function watchJob(
  { streams, limits, watch, over }: Watched,
  { clock, signal, progress }: Supervision,
): Promise<Cut | undefined> {
  const started = clock.monotonic();
  let lastSign = started;
  const { promise: cut, resolve: stop } = Promise.withResolvers<Cut>();
  const sign = (): void => {
    lastSign = clock.monotonic();
    progress();
  };
  for (const stream of streams) stream.listen({ maxBytes: limits.maxOutputBytes, onBytes: sign, onOver: () => stop("output-limit") });
  const onAbort = (): void => stop("cancelled");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();

  const timer = new AbortController();
  const stallMs = limits.stallMs ?? Infinity;
  const look = async (): Promise<void> => {
    const tick = Math.max(5, Math.min(1000, limits.hardMs / 10, stallMs / 10));
    let change = watch === undefined ? "" : await readFolderChange(watch);
    while (!timer.signal.aborted) {
      await delay(tick, undefined, { signal: timer.signal }).catch(() => undefined);
      if (timer.signal.aborted) break;
      if (watch !== undefined) {
        const now = await readFolderChange(watch);
        if (now !== change) sign();
        change = now;
      }
      if (clock.monotonic() - started >= limits.hardMs) stop("timed-out");
      else if (clock.monotonic() - lastSign >= stallMs) stop("stalled");
    }
  };
  const looking = look();
  const reason = await Promise.race([over.then(() => undefined), cut]);
  timer.abort();
  signal.removeEventListener("abort", onAbort);
  await looking;
  return reason;
}
