import { randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Clock, sha256Of, TasukiError, type TaskPayload } from "@tasuki/protocol";
import { claimedReceipt, createNotary, payloadDigest, taskSubjects } from "@tasuki/evidence";
import { makeSigner, testSalt } from "@tasuki/evidence/testing";
import { openStore, publish, type Store, type TaskRow } from "@tasuki/store";
import { busyStore } from "@tasuki/store/testing";
import { watchListings } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";
import { systemClock } from "../process/system-clock.ts";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { createConsumer } from "./create-consumer.ts";
import { createQuarantine } from "./quarantine.ts";
import { publishOutputs } from "./publish-outputs.ts";
import { sweepWork } from "./work-folder.ts";
import type { Attempt, Performed, Worker } from "./worker.ts";

const clock = systemClock;
const newId = (): string => randomUUIDv7();
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const done: Performed = { completion: { state: "done", outputs: [] } };

/** A node of nano with a worker of the test's. */
async function openNode(
  perform: Worker["perform"],
  limits: { attempts?: number; leaseMs?: number; attemptsAtOnce?: number } = {},
  { around = (store) => store, clock = systemClock }: { around?: (store: Store) => Store; clock?: Clock } = {},
) {
  const data = await mkdtemp(join(tmpdir(), "tasuki-consumer-"));
  const store = await openStore({ folder: data, clock, newId });
  const notary = createNotary({ node: "nano", role: "nano", instance: store.instance, signer: makeSigner(), clock, salt: testSalt });
  const swept: string[] = [];
  const quarantine = createQuarantine({ store, notary, data, logger: quiet });
  const consumer = createConsumer({
    quarantine,
    store: around(busyStore(store)),
    notary,
    worker: { perform },
    data,
    clock,
    random: () => 0,
    logger: quiet,
    limits: { attempts: 3, leaseMs: 60_000, attemptsAtOnce: 1, intakesAtOnce: 2, ...limits },
    sweep: async (attemptId) => swept.push(attemptId),
    begin: async () => 0,
    onEnded: () => undefined,
  });
  const file = await publish(store, Buffer.from("# S\n"), { contract: "source-text@1", now: clock.now() });
  const accept = async (changes: Partial<TaskPayload> = {}): Promise<string> => {
    const id = newId();
    const attachments = [{ name: "S1.txt", contract: "source-text@1", ...file }];
    const payload: TaskPayload = {
      v: 1,
      id,
      kind: "work",
      run: newId(),
      stage: "nano",
      epoch: 1,
      from: "main",
      to: "nano",
      attachments,
      ...changes,
    };
    const { envelope, digest } = notary.task(payload);
    const { run, stage, epoch } = payload;
    const seal = notary.receipt({
      run,
      stage,
      task: id,
      epoch,
      attempt: 0,
      state: "accepted",
      prev: digest,
      subjects: taskSubjects(payload, digest),
    });
    await store.accept({ payload, digest, envelope, from: "node:main", now: clock.now(), queueLimit: 100 }, seal);
    return id;
  };
  const receipts = async () =>
    (await store.feed(0, 1000)).flatMap(({ envelopes }) => envelopes).flatMap((envelope) => claimedReceipt(envelope)?.predicate ?? []);
  return {
    quarantine,
    data,
    store,
    consumer,
    accept,
    receipts,
    swept,
    stateOf: async (task: string) => (await store.task(task))?.state,
    async [Symbol.asyncDispose]() {
      await consumer[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(data, { recursive: true, force: true });
    },
  };
}

const endOf = async (signal: AbortSignal): Promise<void> => void (signal.aborted || (await once(signal, "abort")));

test("tasks are done one at a time, first accepted first, each in a folder of its own with copies of its inputs", async () => {
  const seen: string[] = [];
  let atOnce = 0;
  await using node = await openNode(async (claimed, { folder, attemptId }) => {
    expect((atOnce += 1)).toBe(1);
    expect(attemptId).toBe(`${claimed.task}.1`);
    expect([await readFile(join(folder, "in", "S1.txt"), "utf8"), await readdir(join(folder, "out"))]).toEqual(["# S\n", []]);
    seen.push(claimed.task);
    atOnce -= 1;
    return done;
  });
  const tasks = [await node.accept(), await node.accept(), await node.accept()];
  node.consumer.start();
  await expect.poll(() => Promise.all(tasks.map(node.stateOf))).toEqual(["done", "done", "done"]);
  expect(seen).toEqual(tasks);
  await expect.poll(() => readdir(join(node.data, "work"))).toEqual([]);
  const [accepted, started] = (await node.receipts()).filter(({ task }) => task === tasks[0]);
  expect(started).toMatchObject({ state: "started", attempt: 1 });
  expect(accepted).toMatchObject({ state: "accepted", attempt: 0 });
});

// guarantees: R5.starves-nobody
test("intakes go on side by side, a few at once, and hold up no last hop however long they take", async () => {
  const begun: string[] = [];
  await using node = await openNode(async ({ task, row }, { signal }) => {
    begun.push(task);
    if (row.payload.kind === "run") await endOf(signal);
    return { completion: { state: "done", outputs: [] } };
  });
  const intakes = [];
  for (const _ of [1, 2, 3]) intakes.push(await node.accept({ kind: "run", stage: "main", attachments: [] }));
  const lastHop = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(lastHop)).toBe("done");
  expect([begun.toSorted(), await node.stateOf(intakes[2] ?? "")]).toEqual([[...intakes.slice(0, 2), lastHop].toSorted(), "queued"]);
});

test("an idle node takes a task up with the commit that accepts it; a busy one leaves it in the queue", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const around = (store: Store): Store => ({ ...store, dueTasks: () => (looked.resolve(), store.dueTasks()) });
  await using node = await openNode(() => promise.then(() => done), {}, { around });
  let commits = 0;
  node.store.onCommit([{ topic: "feed" }], () => (commits += 1));
  const accept = async (): Promise<string> => {
    const accepted = node.accept();
    for (const kind of ["work", "close", "work"] as const) node.consumer.claimAlong(kind);
    return accepted;
  };
  const early = await node.accept({ kind: "close", attachments: [] });
  node.consumer.claimAlong("work"); // it has not started yet
  node.consumer.start();
  await looked.promise;
  const first = await accept();
  expect([commits, await node.stateOf(early), await node.stateOf(first)]).toEqual([2, "done", "running"]);
  expect((await node.receipts()).filter(({ task }) => task === first).map(({ state }) => state)).toEqual(["accepted", "started"]);
  const second = await accept();
  expect([commits, await node.stateOf(second)]).toEqual([3, "queued"]);
  resolve();
  await expect.poll(() => Promise.all([first, second].map(node.stateOf))).toEqual(["done", "done"]);
});

test("a worker that throws is tried again, and blocks its task when its attempts are used up", async () => {
  let times = 0;
  await using node = await openNode(
    async () => {
      throw new Error(`no ink, ${(times += 1)}`);
    },
    { attempts: 2 },
  );
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("blocked");
  expect(times).toBe(2);
  expect((await node.store.task(task))?.block).toMatchObject({ reason: expect.stringContaining("no ink, 2"), owner: "operator" });
  const states = (await node.receipts()).map(({ state, attempt }) => `${state} ${attempt}`);
  expect(states).toEqual(["accepted 0", "started 1", "started 2", "blocked 2"]);
});

// guarantees: R5.repair
test.for([
  ["contract-violation", 1],
  ["no-output", 1],
  ["stalled", 2],
  ["failed", 3],
  ["deferred", 3],
] as const)(
  "the outcome '%s' is attempted as often as its class says, and no oftener than the node allows: %i",
  async ([outcome, attempts]) => {
    let times = 0;
    const failure = { outcome, detail: "not this time" };
    await using node = await openNode(async () => ((times += 1), { failure }), { attempts: 3 });
    const task = await node.accept();
    node.consumer.start();
    await expect.poll(() => node.stateOf(task), { timeout: 20_000 }).toBe("blocked");
    expect(times).toBe(attempts);
  },
);

// guarantees: R3.chain
test("each receipt of a task follows from the one before it", async () => {
  await using node = await openNode(async () => ({ failure: { outcome: "contract-violation", detail: "no heading" } }));
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("blocked");
  const digests = (await node.store.feed(0, 10)).flatMap(({ envelopes }) => envelopes.map(payloadDigest));
  const first = (await node.store.task(task))?.digest;
  expect((await node.receipts()).map(({ prev }) => prev)).toEqual([first, ...digests.slice(0, -1)]);
});

test("an attempt whose task is fenced is ended, and what it did counts for nothing", async () => {
  const begun = Promise.withResolvers<Attempt>();
  await using node = await openNode(async (_, attempt) => {
    begun.resolve(attempt);
    await endOf(attempt.signal);
    return done;
  });
  const run = newId();
  const task = await node.accept({ run });
  node.consumer.start();
  const { signal } = await begun.promise;
  await node.accept({ run, kind: "cancel", epoch: 2, attachments: [] });
  await endOf(signal);
  expect(await node.stateOf(task)).toBe("fenced");
  const after = await node.accept();
  await expect.poll(() => node.stateOf(after)).toBe("running");
});

// guarantees: R2.fenced
test("what an attempt wrote after a higher epoch took its task is quarantined, recorded, and used by nobody", async () => {
  const written = Promise.withResolvers<void>();
  await using node = await openNode(async (_, { folder, signal }) => {
    await writeFile(join(folder, "out", "list.md"), "# Late\n");
    written.resolve();
    await endOf(signal);
    return done;
  });
  const run = newId();
  const task = await node.accept({ run });
  node.consumer.start();
  await written.promise;
  await node.accept({ run, kind: "cancel", epoch: 2, attachments: [] });
  const path = join("quarantine", run, "nano.1.1");
  await expect.poll(() => node.quarantine.list()).toEqual([{ path, run, stage: "nano", epoch: 1, attempt: 1 }]);
  expect(await readFile(join(node.data, path, "list.md"), "utf8")).toBe("# Late\n");
  await expect.poll(() => readdir(join(node.data, "work", task))).toEqual([]);
  const leaves = (await node.store.feed(0, 100)).map(({ leaf }) => JSON.parse(leaf) as object);
  expect(leaves).toContainEqual(expect.objectContaining({ type: "quarantined", task, epoch: 1, attempt: 1, path, files: 1 }));
  expect((await node.store.filesOf([task])).filter(({ direction }) => direction === "out")).toEqual([]);
  expect(await node.quarantine.list(newId())).toEqual([]);
});

test("what a fenced attempt of an earlier boot left is quarantined at the start", async () => {
  await using node = await openNode(async () => done);
  const run = newId();
  const task = await node.accept({ run });
  await node.store.claim({ now: clock.now(), leaseMs: 60_000 }, () => () => ({ leaf: "{}", envelopes: [] }));
  await mkdir(join(node.data, "work", task, "1", "out"), { recursive: true });
  await writeFile(join(node.data, "work", task, "1", "out", "list.md"), "# Late\n");
  await node.accept({ run, kind: "cancel", epoch: 2, attachments: [] });
  node.consumer.start();
  await expect.poll(async () => (await node.quarantine.list(run)).map(({ path }) => path)).toEqual([join("quarantine", run, "nano.1.1")]);
});

test.each(["blocked", "again"] as const)(
  "what attempts left that had ended (%s) before a higher epoch took their task is no late output: it is removed at the next start",
  async (state) => {
    await using node = await openNode(async () => done);
    const run = newId();
    const task = await node.accept({ run });
    const block = { reason: "no ink", needs: "ink", owner: "operator", clearsWith: "a retry" };
    const end = state === "blocked" ? { state, block } : { state, notBefore: 0 };
    for (const attempt of [1, 2]) {
      const claimed = await node.store.claim({ now: clock.now(), leaseMs: 60_000 }, () => () => ({ leaf: "{}", envelopes: [] }));
      if (claimed === undefined) throw new Error("nothing is to be claimed");
      await node.store.complete(claimed, attempt === 1 ? { state: "again", notBefore: 0 } : end, undefined);
      await mkdir(join(node.data, "work", task, String(attempt), "out"), { recursive: true });
      await writeFile(join(node.data, "work", task, String(attempt), "out", "list.md"), "# Refused\n");
    }
    await node.accept({ run, kind: "cancel", epoch: 2, attachments: [] });
    node.consumer.start();
    await expect.poll(() => readdir(join(node.data, "work"))).toEqual([]);
    expect(await node.quarantine.list(run)).toEqual([]);
    const leaves = (await node.store.feed(0, 100)).map(({ leaf }) => JSON.parse(leaf) as object);
    expect(leaves).not.toContainEqual(expect.objectContaining({ type: "quarantined" }));
  },
);

test("a lease is renewed while the work goes on", async () => {
  const end = Promise.withResolvers<void>();
  await using node = await openNode(async () => (await end.promise, done), { leaseMs: 60 });
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(async () => (await node.store.task(task))?.leaseUntil).toBeDefined();
  const first = (await node.store.task(task))?.leaseUntil ?? 0;
  await expect.poll(async () => (await node.store.task(task))?.leaseUntil).toBeGreaterThan(first);
  end.resolve();
  await expect.poll(() => node.stateOf(task)).toBe("done");
});

test("a lease that lapses while the node runs, and whose attempt is over, is ended, and its task is claimed again", async () => {
  const attempts: number[] = [];
  await using node = await openNode(async ({ attempt }) => (attempts.push(attempt), done));
  const task = await node.accept();
  // A lease that has lapsed 9 ms ago.
  await node.store.claim({ now: clock.now() - 10, leaseMs: 1 }, () => () => ({ leaf: "{}", envelopes: [] }));
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("done");
  expect(attempts).toEqual([2]);
});

// guarantees: R1.disk-full
test("an attempt that a full disk kept from renewing its lease goes on once there is room, whoever writes first then", async () => {
  const leaseMs = 100;
  const roomMade = Promise.withResolvers<void>();
  const disk = { full: true };
  const full = new TasukiError("disk_full", "there is no room");
  const around = (store: Store): Store => ({
    ...store,
    renew: async (...given) => (disk.full ? Promise.reject(full) : store.renew(...given)),
    expireLeases: async (...given) => (disk.full ? Promise.reject(full) : store.expireLeases(...given)),
    // There is room again as the consumer looks for leases that lapsed, and the attempt's own next renewal is still to come.
    async dueTasks() {
      const due = await store.dueTasks();
      if (due.lapse !== undefined && due.lapse + leaseMs < clock.now()) disk.full = false;
      if (!disk.full) setTimeout(roomMade.resolve, leaseMs);
      return due;
    },
  });
  const work: Worker["perform"] = async (_, { signal }) => {
    await Promise.race([endOf(signal), roomMade.promise]);
    return done;
  };
  await using node = await openNode(work, { leaseMs }, { around });
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(task), { timeout: 60_000 }).toBe("done");
  expect((await node.receipts()).filter(({ state }) => state === "started")).toHaveLength(1);
});

// guarantees: R5.ends
test("a clock that steps a day ahead, and a nudge just then, take no task from the attempt that works on it", async () => {
  const now = { ahead: 0 };
  const began = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const work: Worker["perform"] = async (_, { signal }) => {
    began.resolve();
    await Promise.race([endOf(signal), release.promise]);
    return done;
  };
  await using node = await openNode(work, {}, { clock: { ...clock, now: () => clock.now() + now.ahead } });
  const run = newId();
  const task = await node.accept({ run });
  node.consumer.start();
  await began.promise;
  now.ahead = 86_400_000;
  await node.accept({ run, kind: "nudge", attachments: [] });
  await expect.poll(async () => (await node.store.dueTasks()).lapse).toBeGreaterThan(now.ahead + clock.now());
  release.resolve();
  await expect.poll(() => node.stateOf(task)).toBe("done");
  expect((await node.receipts()).filter(({ state }) => state === "started")).toHaveLength(1);
});

// guarantees: R5.bounded
test("work that the end of the node cut off each time is parked, not tried for ever", async () => {
  await using node = await openNode(async () => done, { attempts: 1 });
  const task = await node.accept();
  await node.store.claim({ now: clock.now(), leaseMs: 1 }, () => () => ({ leaf: "{}", envelopes: [] }));
  await node.store.expireLeases(clock.now() + 1000);
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("blocked");
  expect((await node.store.task(task))?.block?.reason).toContain("were cut off");
});

test("a last hop that the end of main cut off each time is taken all the same: it runs nothing that could end a node", async () => {
  await using node = await openNode(async () => done, { attempts: 1 });
  const task = await node.accept({ stage: "main" });
  await node.store.claim({ now: clock.now(), leaseMs: 1 }, () => () => ({ leaf: "{}", envelopes: [] }));
  await node.store.expireLeases(clock.now() + 1000);
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("done");
});

test("at the start, strays of earlier attempts are swept, and folders of tasks that are over are removed; not those of checks that go on", async () => {
  await using node = await openNode(async () => done);
  const ended = newId();
  await mkdir(join(node.data, "work", ended, "2", "out"), { recursive: true });
  await mkdir(join(node.data, "work", "verify-left-over", "in"), { recursive: true });
  // Main checks what it has pulled while the sweep still looks.
  const current = `verify-${node.store.boot}.check`;
  await mkdir(join(node.data, "work", current, "in"), { recursive: true });
  node.consumer.start();
  await expect.poll(() => readdir(join(node.data, "work"))).toEqual([current]);
  expect(node.swept.toSorted()).toEqual([`${ended}.2`, "left-over"]);
});

// guarantees: R10.reopen
test("the sweep at the start ends all strays before it removes anything, and goes on past what it can't remove", async () => {
  await using node = await openNode(async () => done);
  const tasks = [newId(), newId(), newId()];
  for (const task of tasks) await mkdir(join(node.data, "work", task, "1", "out"), { recursive: true });
  const [stuck = ""] = await readdir(join(node.data, "work"));
  const seen: string[] = [];
  const logged: object[] = [];
  const strays = await sweepWork(
    {
      data: node.data,
      // As much of a store as the sweep asks: the folder of one task is that of an attempt which was fenced.
      store: { ...node.store, task: async (id) => ({ id, state: id === stuck ? "fenced" : "done", attempt: 1, boot: "b" }) as TaskRow },
      quarantine: { take: async () => Promise.reject(new Error("EACCES")) },
      logger: { ...quiet, warn: (fields) => logged.push(fields) },
    },
    async (attemptId) => {
      seen.push(`${attemptId}: ${(await readdir(join(node.data, "work"))).length} folders`);
      return 1;
    },
  );
  expect(strays).toBe(3);
  expect(seen.toSorted()).toEqual(tasks.map((task) => `${task}.1: 3 folders`).toSorted());
  expect(await readdir(join(node.data, "work"))).toEqual([stuck]);
  expect(logged).toEqual([expect.objectContaining({ task: stuck })]);
});

// guarantees: R5.bounded
test("an attempt that leaves thousands of files, or has them quarantined, holds up nothing: few names are read at once", async () => {
  const fill = async (folder: string): Promise<void> => {
    for (let at = 0; at < 2_000; at += 1) await writeFile(join(folder, "out", `f${at}`), "");
  };
  const filled = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await using node = await openNode(async ({ attempt, row }, { folder }) => {
    await fill(folder);
    if (row.payload.run === late) {
      filled.resolve();
      await release.promise;
    }
    expect(attempt).toBe(1);
    return done;
  });
  const late = newId();
  using listings = watchListings(node.data);
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(task), { timeout: 20_000 }).toBe("done");
  await node.accept({ run: late });
  await filled.promise;
  await node.accept({ run: late, kind: "cancel", epoch: 2, attachments: [] });
  release.resolve();
  await expect.poll(() => node.quarantine.list()).toHaveLength(1);
  const leaves = (await node.store.feed(0, 100)).map(({ leaf }) => JSON.parse(leaf) as object);
  expect(leaves).toContainEqual(expect.objectContaining({ type: "quarantined", files: 256 }));
  expect(listings.names()).toBeGreaterThan(2_000);
  expect(listings.mostAtOnce()).toBeLessThanOrEqual(256);
});

// guarantees: R8.own-files
test("the work folder of an attempt is for its owner alone, whatever the umask is", async () => {
  const modes: Record<string, number> = {};
  await using node = await openNode(async (_, { folder }) => {
    for (const path of ["..", ".", "in", "out", "in/S1.txt"]) modes[path] = (await stat(join(folder, path))).mode & 0o777;
    return done;
  });
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("done");
  expect(modes).toEqual({ "..": 0o700, ".": 0o700, in: 0o700, out: 0o700, "in/S1.txt": 0o400 });
});

test("disposing ends what runs, and leaves its task to the next boot", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  await using node = await openNode(async (_, { signal }) => {
    begun.resolve(signal);
    await endOf(signal);
    throw signal.reason;
  });
  const task = await node.accept();
  node.consumer.start();
  const signal = await begun.promise;
  await node.consumer[Symbol.asyncDispose]();
  expect(signal.aborted).toBe(true);
  expect(await node.stateOf(task)).toBe("running");
});

// guarantees: R7.contract
test("files that an executor only says it wrote are not taken", async () => {
  await using node = await openNode(async () => done);
  const role = smallPipeline.roles[0];
  if (role === undefined) throw new Error("the pipeline has no role");
  const folder = join(node.data, "work", "lying");
  await mkdir(join(folder, "out"), { recursive: true });
  await writeFile(join(folder, "out", "list.md"), "# List\n");
  const deps = { store: node.store, role, clock, folder };
  const list = { name: "list.md", contract: "list@1", sha256: sha256Of("# List\n"), size: 7 };
  expect(await publishOutputs(deps, [])).toMatchObject({
    failure: { outcome: "contract-violation", unmet: [{ file: "list.md", got: "no such file" }] },
  });
  expect(await publishOutputs(deps, [list, { ...list, name: "other.md" }])).toMatchObject({ failure: { unmet: [{ file: "other.md" }] } });
  expect(await publishOutputs(deps, [{ ...list, contract: "list@2" }])).toMatchObject({ failure: { unmet: [{ got: "list@2" }] } });
  await expect(publishOutputs(deps, [{ ...list, sha256: sha256Of("other") }])).rejects.toMatchObject({ code: "digest_mismatch" });
  expect(await publishOutputs(deps, [list])).toMatchObject({
    outputs: [list],
    blobs: [{ sha256: list.sha256, size: 7, contract: "list@1" }],
  });
  await access(join(folder, "out", "list.md"));
});

/** A folder that is none of the node's, laid out as the work folders of a task. */
async function makeElsewhere(data: string): Promise<string> {
  const elsewhere = `${data}-elsewhere`;
  for (const attempt of ["1", "2"]) await mkdir(join(elsewhere, attempt, "out"), { recursive: true });
  await writeFile(join(elsewhere, "2", "out", "private.txt"), "not the relay's");
  return elsewhere;
}

test("an executor that puts a link in place of its task's folder gets nothing written or removed where it points", async () => {
  let elsewhere = "";
  await using node = await openNode(
    async (claimed, { folder }) => {
      elsewhere ||= await makeElsewhere(node.data);
      await rm(dirname(folder), { recursive: true });
      await symlink(elsewhere, dirname(folder));
      throw new Error(`attempt ${claimed.attempt} fails`);
    },
    { attempts: 3 },
  );
  const task = await node.accept();
  node.consumer.start();
  await expect.poll(() => node.stateOf(task)).toBe("blocked");
  expect((await node.store.task(task))?.block?.reason).toContain("is not a folder but a link");
  expect((await readdir(elsewhere, { recursive: true })).sort()).toEqual(["1", "1/out", "2", "2/out", "2/out/private.txt"]);
  await rm(elsewhere, { recursive: true });
});

test("output that is a link is not taken, whatever is at its other end", async () => {
  await using node = await openNode(async () => done);
  const folder = join(node.data, "work", "task", "1");
  await mkdir(join(folder, "out"), { recursive: true });
  const secret = join(node.data, "secret.txt");
  await writeFile(secret, "# Found\n");
  await symlink(secret, join(folder, "out", "found.md"));
  await expect(publish(node.store, { path: join(folder, "out", "found.md") }, { now: 0 })).rejects.toMatchObject({ code: "ELOOP" });
  const out = `${node.data}-out`;
  await mkdir(out);
  await writeFile(join(out, "private.txt"), "not the relay's");
  await rm(join(folder, "out"), { recursive: true });
  await symlink(out, join(folder, "out"));
  await node.quarantine.take(
    { id: newId(), payload: { run: newId(), stage: "nano", epoch: 1 } as TaskPayload },
    { attempt: 1, out: join(folder, "out") },
  );
  expect(await node.quarantine.list()).toEqual([]);
  expect(await readdir(out)).toEqual(["private.txt"]);
  await rm(out, { recursive: true });
});
