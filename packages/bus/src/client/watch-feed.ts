import { EventEmitter, on } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createBackoff, FeedEntry } from "@tasuki/protocol";

/** One connection: calls back until it is ended. */
export type Connect = (
  from: number,
  on: { entry: (entry: unknown) => void; connected: () => void; lost: () => void },
) => { end: () => void };

export interface WatchOptions {
  readonly from: number;
  readonly signal: AbortSignal;
  readonly onState?: ((state: "connected" | "lost") => void) | undefined;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** Entries that may wait for a slow reader before the connection is given up, to be taken up again where it has come to. */
const aheadLimit = 4_096;

/** Follows a feed through any number of connections: each begins at the first entry that is not held, so there is no gap and nothing twice. */
export async function* watchFeed(
  connect: Connect,
  { from, signal, onState, random }: WatchOptions,
): AsyncGenerator<FeedEntry, void, undefined> {
  let next = from;
  const backoff = createBackoff({ firstMs: 250, lastMs: 15_000, jitter: "half", random });
  let repetition = 0;
  let state: "connected" | "lost" | undefined;
  const setState = (now: "connected" | "lost"): void => {
    if (state !== now) onState?.(now);
    state = now;
  };
  while (!signal.aborted) {
    const feed = new EventEmitter();
    const entries = on(feed, "entry", { close: ["end"] });
    const end = (): void => void feed.emit("end");
    signal.addEventListener("abort", end, { once: true });
    let ahead = 0;
    let isSlow = false;
    const connection = connect(next, {
      entry(entry) {
        if (isSlow) return;
        ahead += 1;
        feed.emit("entry", entry);
        isSlow = ahead >= aheadLimit;
        if (isSlow) end();
      },
      connected() {
        repetition = 0;
        setState("connected");
      },
      lost() {
        if (!signal.aborted && !isSlow) setState("lost");
        end();
      },
    });
    try {
      for await (const [value] of entries) {
        ahead -= 1;
        const entry = FeedEntry.safeParse(value);
        if (!entry.success || entry.data.index < next) continue;
        next = entry.data.index + 1;
        yield entry.data;
        if (signal.aborted) return;
      }
    } finally {
      connection.end();
      signal.removeEventListener("abort", end);
    }
    if (isSlow) continue;
    repetition += 1;
    await delay(backoff(repetition), undefined, { signal }).catch(() => undefined);
  }
}
