import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { FeedEntry } from "@tasuki/protocol";
import type { BusClient } from "@tasuki/bus";

/** Feed of a node as its front tells it: the node's own entries, some of them others than the node wrote, under the same indexes. */
export interface ToldFeed extends AsyncDisposable {
  /** Entries as they are told, from index 0. */
  readonly entries: readonly FeedEntry[];
  /** Resolves when there is an entry of this index, or at the end of the signal. */
  until(index: number, signal: AbortSignal): Promise<void>;
}

interface ToldFeedDeps {
  readonly client: Pick<BusClient, "watch">;
  /** Entry to tell in place of one that the node wrote. It is asked once for each, in their order. */
  readonly instead: (entry: FeedEntry) => Promise<FeedEntry>;
}

export function followToldFeed({ client, instead }: ToldFeedDeps): ToldFeed {
  const entries: FeedEntry[] = [];
  const ended = new AbortController();
  let grown = Promise.withResolvers<void>();
  const follow = async (): Promise<void> => {
    for await (const entry of client.watch(0, { signal: ended.signal })) {
      entries.push(await instead(entry));
      grown.resolve();
      grown = Promise.withResolvers();
    }
  };
  const following = follow().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return {
    entries,
    async until(index, signal) {
      const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      while (entries.length <= index && !signal.aborted) await Promise.race([grown.promise, over]);
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await following;
    },
  };
}

/** Begins an answer of Server-Sent Events as a node's bus does. */
export function beginEvents(res: ServerResponse): void {
  res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  res.write('event: connected\ndata: {"reconnectAfterInactivityMs":15000}\n\n');
}

/** Event of an entry. */
export function toEvent(entry: { readonly index: number }): string {
  return `id: ${entry.index}\ndata: ${JSON.stringify(entry)}\n\n`;
}

/** Milliseconds between two pings. */
const pingMs = 5_000;

/** Sends entries from an index on, those that come included, until the signal. Resolves with the index of the next one. */
export async function sendEntries(
  res: ServerResponse,
  { from, feed, signal }: { from: number; feed: ToldFeed; signal: AbortSignal },
): Promise<number> {
  let next = from;
  while (!signal.aborted) {
    for (let entry = feed.entries[next]; entry !== undefined && !signal.aborted; entry = feed.entries[next]) {
      next += 1;
      if (!res.write(toEvent(entry))) await drained(res, signal);
    }
    const pinging = AbortSignal.any([signal, AbortSignal.timeout(pingMs)]);
    await feed.until(next, pinging);
    if (pinging.aborted && !signal.aborted) res.write("event: ping\ndata: \n\n");
  }
  return next;
}

/** Resolves when the buffers of a connection have room again, or at the end of the signal. */
async function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  while (res.writableNeedDrain && !signal.aborted) await delay(5);
}
