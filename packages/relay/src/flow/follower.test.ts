import { randomUUIDv7 } from "node:crypto";
import { type FeedEntry, type Health, TasukiError } from "@tasuki/contracts";
import type { Position } from "@tasuki/store";
import { expect, test } from "vitest";
import type { BusClient } from "../client/bus-client.ts";
import { watchFeed } from "../client/watch-feed.ts";
import { follow, type FollowerDeps } from "./follower.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const healthOf = (instance: string, feed: number): Health => ({
  node: "sg",
  role: "sg",
  instance,
  version: "0",
  contracts: { reads: {}, writes: {} },
  clock: new Date(0).toISOString(),
  store: { state: "ok", feed },
  identity: { provider: "loopback", state: "ok" },
});

/** A node of sg that answers as a test says, and main's follower of it, which has three entries of its feed already. */
function followSg(before: string, answers: readonly (() => Health)[]) {
  const watched: number[] = [];
  const followed: Position[] = [];
  const ended = new AbortController();
  let held: Position = { node: "sg", instance: before, next: 3 };
  let asked = 0;
  const done = Promise.withResolvers<void>();
  const entries: readonly FeedEntry[] = [];
  const client: Partial<BusClient> = {
    health: async () => (answers[Math.min(asked++, answers.length - 1)] ?? (() => healthOf(before, 3)))(),
    async *watch(from, { signal, onState }): AsyncGenerator<FeedEntry, void, undefined> {
      watched.push(from);
      onState?.("connected");
      if (from === 0) done.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      yield* entries;
    },
  };
  const deps: Partial<FollowerDeps> = {
    role: "sg",
    node: "sg",
    client: client as BusClient, // what a follower calls
    store: { position: () => held, savePeer: async () => undefined } as Partial<FollowerDeps["store"]> as FollowerDeps["store"],
    steps: {
      setReachable: async () => undefined,
      async setInstalled(_role, position) {
        followed.push((held = position));
      },
    } as Partial<FollowerDeps["steps"]> as FollowerDeps["steps"],
    clock: { now: () => 0, monotonic: () => 0 },
    logger: quiet,
    backoff: () => 1,
    digests: {},
  };
  const following = follow(deps as FollowerDeps, ended.signal);
  return {
    watched,
    followed,
    done: done.promise,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await following;
    },
  };
}

// guarantees: R10.replaced
test("a connection of which it can't be found out who is at its other end is given up: another installation is read from its first entry", async () => {
  const [before, after] = [randomUUIDv7(), randomUUIDv7()];
  const away = (): never => {
    throw new TasukiError("unreachable", "sg did not answer");
  };
  // Known at the start of the session; replaced when the connection stands, and just then not to be asked.
  await using sg = followSg(before, [() => healthOf(before, 3), away, () => healthOf(after, 0)]);
  await sg.done;
  expect(sg.watched).toEqual([3, 0]);
  expect(sg.followed.at(-1)).toEqual({ node: "sg", instance: after, next: 0 });
});

// guarantees: R5.ends
test("entries that could not be applied are taken up again by themselves, not with the node's next entry", async () => {
  const instance = randomUUIDv7();
  const ended = new AbortController();
  let applied = 0;
  const client: Partial<BusClient> = {
    health: async () => healthOf(instance, 1),
    // A feed that has one entry, and will have no other.
    watch: (from, options) =>
      watchFeed(
        (next, on) => {
          on.connected();
          if (next === 0) setImmediate(() => on.entry({ index: 0, leaf: "{}", envelopes: [] }));
          return { end: () => undefined };
        },
        { ...options, from, random: () => 0 },
      ),
  };
  const deps: Partial<FollowerDeps> = {
    role: "sg",
    node: "sg",
    client: client as BusClient, // what a follower calls
    store: { position: () => undefined, savePeer: async () => undefined } as Partial<FollowerDeps["store"]> as FollowerDeps["store"],
    steps: {
      setReachable: async () => undefined,
      setInstalled: async () => undefined,
      async apply() {
        applied += 1;
        if (applied === 1) throw new TasukiError("disk_full", "there is no room");
      },
    } as Partial<FollowerDeps["steps"]> as FollowerDeps["steps"],
    read: () => ({ facts: [], envelopes: [] }),
    clock: { now: () => 0, monotonic: () => 0 },
    logger: quiet,
    backoff: () => 1,
    digests: {},
  };
  const following = follow(deps as FollowerDeps, ended.signal);
  await expect.poll(() => applied, { timeout: 10_000 }).toBe(2);
  ended.abort();
  await following;
});
