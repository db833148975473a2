import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Attachment, type FeedEntry, sha256Of, StatusQuery, type TaskPayload } from "@tasuki/protocol";
import { makeSigner, testSalt } from "@tasuki/evidence/testing";
import { openStore, publish, type Store } from "@tasuki/store";
import { createForeignFiles } from "../projections/foreign-files.ts";
import { expect, test } from "vitest";
import type { Caller } from "@tasuki/bus";
import { createNotary, taskSubjects } from "@tasuki/evidence";
import { systemClock as clock } from "../process/system-clock.ts";
import { smallPipeline as pipeline } from "../testing/small-pipeline.ts";
import { createStatus } from "./create-status.ts";

const silent = (): void => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };
const newId = (): string => randomUUIDv7();
const may = (scope: "own" | "all", principal = "node:main"): Caller => ({
  principal,
  roles: [],
  nodes: [],
  permissions: [{ v: 1, to: "sg", call: "status", scope }],
});
const query = (values: object) => StatusQuery.parse(values);

async function openNode({ storeFor = (own: Store) => own } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-status-"));
  const store = await openStore({ folder, clock, newId });
  const notary = createNotary({ node: "sg", role: "sg", instance: store.instance, signer: makeSigner(), clock, salt: testSalt });
  const foreignFiles = async () => [{ path: "inbox/x", why: "put there by hand", instead: "tasuki run" }];
  const status = createStatus({
    node: "sg",
    role: "sg",
    store: storeFor(store),
    pipeline,
    queueLimit: 9,
    foreignFiles,
    quarantined: async () => [],
  });
  const hold = async (name: string, contract: string, text: string): Promise<Attachment> => {
    const { sha256, size } = await publish(store, Buffer.from(text), { contract, now: clock.now() });
    return { name, contract, sha256, size };
  };
  const accept = async (attachments: readonly Attachment[] = [], { run = newId(), from = "node:main" } = {}) => {
    const id = newId();
    const payload: TaskPayload = {
      v: 1,
      id,
      kind: "work",
      run,
      stage: "sg",
      epoch: 1,
      from: "main",
      to: "sg",
      attachments: [...attachments],
    };
    const { envelope, digest } = notary.task(payload);
    const facts = { run, stage: "sg", task: id, epoch: 1, attempt: 0, prev: digest, subjects: taskSubjects(payload, digest) };
    await store.accept(
      { payload, digest, envelope, from, now: clock.now(), queueLimit: 9 },
      notary.receipt({ ...facts, state: "accepted" }, [envelope]),
    );
    return { id, run };
  };
  return {
    folder,
    store,
    status,
    hold,
    accept,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test("without arguments: the node, its open tasks with their places, and what was put there by hand", async () => {
  await using node = await openNode();
  const [first, second] = [await node.accept(), await node.accept()];
  const answer = await node.status.status(query({}), may("all"));
  expect(answer).toMatchObject({
    node: "sg",
    role: "sg",
    size: 2,
    queue: { waiting: 2, running: 0, limit: 9 },
    shortcuts: [{ instead: "tasuki run" }],
  });
  expect(answer.tasks.map(({ id, position, state }) => [id, position, state])).toEqual([
    [first.id, 1, "queued"],
    [second.id, 2, "queued"],
  ]);
});

test("1,000 looks at a run of 200 files ask the store as often as looks at one of 2 do: each question is a constant number of statements", async () => {
  const callsOf = async (files: number): Promise<ReadonlySet<number>> => {
    await using node = await openNode();
    const names = Array.from({ length: files }, (_, at) => `S${at + 1}.txt`);
    const held = await Promise.all(names.map((name) => node.hold(name, "source-text@1", name)));
    const { run } = await node.accept(held);
    let calls = 0;
    const counted = new Proxy(node.store, {
      get(store, name: keyof Store) {
        const member = store[name];
        if (typeof member !== "function") return member;
        calls += 1;
        return (member as (...given: unknown[]) => unknown).bind(store);
      },
    });
    const foreignFiles = createForeignFiles({ folder: node.folder, store: counted, logger: quiet });
    const status = createStatus({
      node: "sg",
      role: "sg",
      store: counted,
      pipeline,
      queueLimit: 9,
      foreignFiles,
      quarantined: async () => [],
    });
    const seen = new Set<number>();
    for (let request = 0; request < 1_000; request += 1) {
      calls = 0;
      const { tasks } = await status.status(query({ run }), may("all"));
      expect(tasks).toHaveLength(1);
      seen.add(calls);
    }
    return seen;
  };
  const small = await callsOf(2);
  expect([await callsOf(200), small.size]).toEqual([small, 1]);
});

test("who may see their own sees the tasks that they sent, and no feed", async () => {
  await using node = await openNode();
  await node.accept();
  const own = await node.accept([], { from: "node:nano" });
  const caller = may("own", "node:nano");
  expect((await node.status.status(query({}), caller)).tasks.map(({ id }) => id)).toEqual([own.id]);
  await expect(node.status.status(query({ from: 0 }), caller)).rejects.toMatchObject({ code: "not_granted" });
  await expect(node.status.watch(0, caller, AbortSignal.timeout(1000))[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: "not_granted",
  });
});

test("the feed is given from an index, inclusive, up to a limit", async () => {
  await using node = await openNode();
  for (let times = 0; times < 4; times += 1) await node.accept();
  const { entries, tasks } = await node.status.status(query({ from: "1", limit: "2" }), may("all"));
  expect(entries?.map(({ index }) => index)).toEqual([1, 2]);
  expect(tasks).toEqual([]);
});

test("texts come in pages by size, each once, and never raw sources", async () => {
  await using node = await openNode();
  const big = (name: string, fill: string) => node.hold(name, "source-text@1", fill.repeat(3 * 1024 * 1024));
  const files = [
    await node.hold("brief.md", "brief@1", "# Why?\n"),
    await big("S1.txt", "a"),
    await big("S2.txt", "b"),
    await node.hold("S1.pdf", "source@1", "%PDF"),
  ];
  const { run, id } = await node.accept(files);
  const first = await node.status.status(query({ run, include: "artifacts" }), may("all"));
  expect(first.artifacts?.map(({ name, task, direction }) => [name, task, direction])).toEqual([
    ["brief.md", id, "in"],
    ["S1.txt", id, "in"],
  ]);
  const second = await node.status.status(query({ run, include: "artifacts", after: first.next }), may("all"));
  expect(second.artifacts?.map(({ name, sha256, text }) => [name, sha256 === sha256Of(text)])).toEqual([["S2.txt", true]]);
  expect(second.next).toBeUndefined();
  await expect(node.status.status(query({ run, include: "artifacts", after: "x" }), may("all"))).rejects.toMatchObject({
    code: "malformed_request",
  });
});

test("texts are given by their names alone, without the others' bytes", async () => {
  await using node = await openNode();
  const files = [
    await node.hold("brief.md", "brief@1", "# Why?\n"),
    await node.hold("S1.txt", "source-text@1", "a"),
    await node.hold("S2.txt", "source-text@1", "b"),
  ];
  const { run, id } = await node.accept(files);
  for (const of of [{ run }, { task: id }]) {
    const named = async (name: string) =>
      (await node.status.status(query({ ...of, include: "artifacts", name }), may("all"))).artifacts?.map((one) => one.name);
    expect(await named("S1.txt")).toEqual(["S1.txt"]);
    expect(await named("S3.txt")).toEqual([]);
    expect(await named("S3.txt,S2.txt,brief.md")).toEqual(["brief.md", "S2.txt"]);
  }
});

test("a follower gets what is there, then what comes, until it goes", async () => {
  await using node = await openNode();
  await node.accept();
  const gone = new AbortController();
  const seen: FeedEntry[] = [];
  const following = (async () => {
    for await (const entry of node.status.watch(0, may("all"), gone.signal)) seen.push(entry);
  })();
  await expect.poll(() => seen.length).toBe(1);
  await node.accept();
  await expect.poll(() => seen.map(({ index }) => index)).toEqual([0, 1]);
  gone.abort();
  await following;
});

const append = ({ store }: { store: Store }) => store.append((index) => ({ leaf: `{"index":${index}}`, envelopes: [] }));

// guarantees: R5.followers
test("200 followers read each page once for all of them", async () => {
  let pages = 0;
  const storeFor = (store: Store): Store => ({ ...store, feed: (from, limit) => ((pages += 1), store.feed(from, limit)) });
  await using node = await openNode({ storeFor });
  const gone = new AbortController();
  const seen = Array.from({ length: 200 }, () => 0);
  const following = seen.map(async (_, nth) => {
    for await (const { index } of node.status.watch(0, may("all"), gone.signal)) seen[nth] = index + 1;
  });
  for (let n = 1; n <= 20; n += 1) {
    await append(node);
    await expect.poll(() => new Set(seen), { interval: 1 }).toEqual(new Set([n]));
  }
  // The page of each entry, and the empty one after it: 200 readers apart would read 8,000.
  expect(pages).toBeLessThanOrEqual(2 * 20 + 1);
  gone.abort();
  await Promise.all(following);
});

test("a follower misses nothing that is committed while another one still reads what was there before", async () => {
  const held = Promise.withResolvers<void>();
  let pages = 0;
  const storeFor = (store: Store): Store => ({
    ...store,
    async feed(from, limit) {
      const [page] = await Promise.all([store.feed(from, limit), (pages += 1) === 2 && held.promise]);
      return page;
    },
  });
  await using node = await openNode({ storeFor });
  const gone = new AbortController();
  const seen = [0, 0];
  const follow = async (nth: number) => {
    for await (const { index } of node.status.watch(0, may("all"), gone.signal)) seen[nth] = index + 1;
  };
  const first = follow(0);
  await expect.poll(() => pages).toBe(1);
  const second = follow(1);
  await expect.poll(() => pages).toBe(2);
  await append(node);
  await expect.poll(() => seen).toEqual([1, 0]);
  held.resolve();
  await expect.poll(() => seen).toEqual([1, 1]);
  gone.abort();
  await Promise.all([first, second]);
});

test("a run that is not known here, or of which the caller may see nothing, is not found", async () => {
  await using node = await openNode();
  const { run } = await node.accept();
  expect((await node.status.status(query({ run }), may("own"))).tasks).toHaveLength(1);
  await expect(node.status.status(query({ run }), may("own", "node:jp"))).rejects.toMatchObject({ code: "not_found" });
  const unknown = newId();
  await expect(node.status.status(query({ run: unknown }), may("all"))).rejects.toThrow(`sg has nothing of run ${unknown}.`);
});
