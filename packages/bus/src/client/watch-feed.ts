import { EventEmitter, on } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createBackoff, FeedEntry, sha256Of, TasukiError } from "@tasuki/protocol";
import type { FollowOptions } from "./bus-client.ts";
import { whyNot } from "./client-error.ts";

/** One connection: calls back until it is ended. `lost` has an error where what comes next is no entry, and no other connection will mend that. */
export type Connect = (
  from: number,
  on: { entry: (entry: unknown) => void; connected: () => void; lost: (refusal?: Error) => void },
) => { end: () => void };

export interface WatchOptions extends FollowOptions {
  readonly from: number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/**
 * Size of the entries that may wait for a slow reader before the connection is given up, to be taken up again where it has come to: 4,096 small ones,
 * or two of the largest.
 */
const aheadLimit = 8 * 1024 * 1024;
const smallestSize = 2 * 1024;

/** Size of an entry in memory, about: its characters, and what every entry takes. */
export function sizeOfEntry({ leaf, envelopes }: FeedEntry): number {
  const texts = envelopes.flatMap(({ payload, signatures }) => [payload, ...signatures.map(({ sig }) => sig)]);
  return Math.max(
    smallestSize,
    texts.reduce((size, text) => size + text.length, leaf.length),
  );
}

/**
 * Follows a feed through any number of connections: each begins at the last entry that is held, by which the feed is known again, so there is no gap
 * and nothing twice. Rejects with `answer_invalid` at an entry that can't be read, for what comes after it does not count without it; with
 * `digest_mismatch` where the entry is not the one that is held.
 */
export async function* watchFeed(
  connect: Connect,
  { from, after, signal, onState, onKnown, random }: WatchOptions,
): AsyncGenerator<FeedEntry, void, undefined> {
  let next = from;
  let lastLeaf: string | undefined;
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
    let isOver = false;
    let isSlow = false;
    const refuse = (error: Error): void => {
      if (!isOver) feed.emit("error", error);
      isOver = true;
    };
    const held = lastLeaf === undefined ? after : sha256Of(lastLeaf);
    let isKnown = held === undefined;
    const connection = connect(isKnown ? next : next - 1, {
      entry(value) {
        if (isOver) return;
        const { data: entry, error } = FeedEntry.safeParse(value);
        if (entry === undefined) return refuse(new TasukiError("answer_invalid", `An entry of the feed can't be read: ${whyNot(error)}.`));
        ahead += sizeOfEntry(entry);
        feed.emit("entry", entry);
        if (ahead < aheadLimit) return;
        isOver = isSlow = true;
        end();
        // The connection is not there yet where its first entries come at once.
        queueMicrotask(() => connection.end());
      },
      connected() {
        repetition = 0;
        setState("connected");
      },
      lost(refusal) {
        if (!signal.aborted && !isSlow) setState("lost");
        if (refusal !== undefined) refuse(refusal);
        end();
      },
    });
    try {
      for await (const [entry] of entries as AsyncIterable<[FeedEntry]>) {
        ahead -= sizeOfEntry(entry);
        if (!isKnown) {
          if (entry.index !== next - 1)
            throw new TasukiError("answer_invalid", `The feed was asked for entry ${next - 1}, and began with ${entry.index}.`);
          if (sha256Of(entry.leaf) !== held)
            throw new TasukiError("digest_mismatch", `Entry ${next - 1} of the feed is not the one that is held here.`);
          isKnown = true;
          onKnown?.();
        }
        if (entry.index < next) continue;
        next = entry.index + 1;
        lastLeaf = entry.leaf;
        yield entry;
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
