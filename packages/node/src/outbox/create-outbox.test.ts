import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Clock,
  type ProblemDetails,
  type ProblemCode,
  type Receipt,
  saltedDigest,
  sha256Of,
  type TaskPayload,
  TasukiError,
} from "@tasuki/protocol";
import { createNotary, taskSubjects, toReceipt } from "@tasuki/evidence";
import { makeSigner, makeTrust, testSalt } from "@tasuki/evidence/testing";
import { openStore, publish } from "@tasuki/store";
import { busyStore } from "@tasuki/store/testing";
import { expect, test } from "vitest";
import { type BusClient, travelLimit } from "@tasuki/bus";
import { createOutbox } from "./create-outbox.ts";

const newId = (): string => randomUUIDv7();
const nano = makeSigner();
const sg = makeSigner();
const run = newId();
const instance = newId();
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Answer = (payload: TaskPayload, nth: number) => ReturnType<BusClient["task"]> | Awaited<ReturnType<BusClient["task"]>>;

/** nano with a result for sg in its outbox, and a client that answers as the test says. */
async function openSender(
  answer: Answer,
  {
    now: start = Date.parse("2026-11-24T12:00:00Z"),
    random = () => 0.999,
    others = [],
  }: { now?: number; random?: () => number; others?: readonly string[] } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-outbox-"));
  const time = { offset: 0 };
  const clock: Clock = { now: () => start + time.offset, monotonic: () => time.offset };
  const store = await openStore({ folder, clock, newId });
  const notary = createNotary({ node: "nano", role: "nano", instance: store.instance, signer: nano, clock, salt: testSalt });
  const file = await publish(store, Buffer.from("# List\n"), { contract: "list@1", now: clock.now() });
  const attachments = [{ name: "list.md", contract: "list@1", ...file }];
  for (const [at, text] of others.entries()) {
    const other = await publish(store, Buffer.from(text), { contract: "source-text@1", now: clock.now() });
    attachments.push({ name: `S${at + 1}.txt`, contract: "source-text@1", ...other });
  }
  const sent: TaskPayload[] = [];
  /** Files that travelled with each post, by their first words. */
  const travelled: string[][] = [];
  const uploads: string[] = [];
  const settled: string[] = [];
  const client = (role: string) =>
    ({
      role,
      async task(envelope, { files = [], signal } = {}) {
        travelled.push(files.map((bytes) => bytes.toString("utf8", 0, 6)));
        const payload = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8")) as TaskPayload;
        sent.push(payload);
        const brokenOff = new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(new Error("the node stops"))));
        return Promise.race([answer(payload, sent.length), brokenOff]);
      },
      async uploadBytes(contract, { sha256, size, bytes }) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of bytes) chunks.push(chunk);
        uploads.push(`${contract} ${Buffer.concat(chunks).toString("utf8", 0, 7)}`);
        return { sha256, size, contract };
      },
    }) as Partial<BusClient> as BusClient; // the calls of an outbox
  const clients = new Map<string, BusClient>();
  const outbox = createOutbox({
    store: busyStore(store),
    notary,
    trust: makeTrust({ sg }),
    nodeFor: ({ to, node }) => node ?? to,
    clientFor: (role) => clients.get(role) ?? (clients.set(role, client(role)), client(role)),
    clock,
    random,
    logger: quiet,
    onSettled: ({ id }) => settled.push(id),
  });

  /** A stage that this node did, and the hand-off that carries it. */
  const produce = async (to = "sg", of = to === "sg" ? run : newId()): Promise<{ task: string; handOff: string }> => {
    const task = newId();
    const base: TaskPayload = {
      v: 1,
      id: task,
      kind: "work",
      run: of,
      stage: "nano",
      epoch: 1,
      from: "main",
      to: "nano",
      attachments: [],
    };
    const { envelope, digest } = notary.task(base);
    const facts = { run: base.run, stage: "nano", task, epoch: 1, subjects: taskSubjects(base, digest) };
    const now = clock.now();
    await store.accept(
      { payload: base, digest, envelope, from: "node:main", now, queueLimit: 100 },
      notary.receipt({ ...facts, attempt: 0, state: "accepted", prev: digest }, [envelope]),
    );
    const lease = await store.claim({ now, leaseMs: 1000 }, () => notary.receipt({ ...facts, attempt: 1, state: "started" }));
    const payload: TaskPayload = { ...base, id: newId(), stage: to, from: "nano", to, attachments, prev: digest };
    const handOff = { id: payload.id, to, run: base.run, payload, envelope: notary.task(payload).envelope, carries: task, createdAt: now };
    await store.complete(lease ?? { task, attempt: 1 }, { state: "produced", outputs: attachments }, () =>
      notary.handOff({ ...facts, attempt: 1, state: "produced" }, () => handOff),
    );
    return { task, handOff: payload.id };
  };
  /** A row for sg that carries nothing, as main has them. */
  const dispatch = async (of: string): Promise<string> => {
    const base = { v: 1, id: newId(), kind: "nudge", run: of, stage: "sg", epoch: 1, from: "nano", to: "sg", attachments: [] } as const;
    const payload: TaskPayload = { ...base, attachments: [] };
    const row = { id: payload.id, to: "sg", run: of, payload, envelope: notary.task(payload).envelope, createdAt: clock.now() };
    await store.change({ runs: [], outbox: [row], supersede: [], envelopes: [], attachments: [], events: [] });
    return payload.id;
  };
  return {
    folder,
    dispatch,
    store,
    outbox,
    produce,
    sent,
    uploads,
    travelled,
    settled,
    pass: (milliseconds: number) => (time.offset += milliseconds),
    row: (id: string) => store.outboxRow(id),
    events: async () => (await store.feed(0, 100)).map(({ leaf }) => (JSON.parse(leaf) as { type: string }).type),
    async [Symbol.asyncDispose]() {
      await outbox[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The receipt that sg signs, with what a test has it say instead. A payload parsed from canonical JSON has its keys in order. */
function receiptOf(
  payload: TaskPayload,
  { signer = sg, subjects, ...changes }: Partial<Receipt> & { signer?: typeof sg; subjects?: { name: string; sha256: string }[] } = {},
) {
  const said: Receipt = {
    node: "sg",
    instance,
    role: "sg",
    run: payload.run,
    stage: payload.stage,
    task: payload.id,
    epoch: payload.epoch,
    attempt: 0,
    state: "accepted",
    at: new Date(0).toISOString(),
    index: 7,
    prev: sha256Of(JSON.stringify(payload)),
    ...changes,
  };
  const receipt = toReceipt(said, subjects ?? taskSubjects(payload, sha256Of(JSON.stringify(payload))), signer);
  return { task: payload.id, run: payload.run, receipt };
}

const refuse = (code: ProblemCode, details: ProblemDetails = {}): Promise<never> =>
  Promise.reject(new TasukiError(code, `sg says ${code}`, details));

// guarantees: R3.believed, R9.copied
test("a delivered hand-off is done with the peer's receipt as evidence, and so is the stage", async () => {
  await using sender = await openSender((payload) => receiptOf(payload));
  const { task, handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect((await sender.store.task(task))?.state).toBe("done");
  expect(await sender.events()).toEqual(["accepted", "started", "produced", "delivered"]);
  expect((await sender.store.feed(3, 1))[0]?.envelopes).toHaveLength(1);
  expect(sender.settled).toEqual([handOff]);
});

const saltedOf = (text: string) => ({ sha256: saltedDigest({ salt: testSalt(), text }), salt: testSalt(), text });

// guarantees: R9.texts
test.each([
  ["kept with it", saltedOf("it waits"), ["it waits"]],
  ["left out where it is not what its digest says", { ...saltedOf("it runs"), text: "it hangs" }, []],
])("the text that a receipt names is %s; what else comes beside it is left out", async (_, text, kept) => {
  await using sender = await openSender((payload) => ({
    ...receiptOf(payload, { text: { code: "nudge", sha256: text.sha256 } }),
    texts: [saltedOf("it is done"), text],
  }));
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect([...(await sender.store.evidenceOf(run)).texts.values()]).toEqual(kept);
});

const missing = (payload: TaskPayload, ...names: string[]): Promise<never> =>
  refuse("attachments_missing", {
    missing: payload.attachments.filter(({ name }) => names.includes(name)).map(({ sha256 }) => sha256),
  });
const large = (word: string): string => word.padEnd(travelLimit.ofFile + 1, "x");

test("small files travel with their task", async () => {
  await using sender = await openSender((payload) => receiptOf(payload), { others: ["# One\n", "# Two\n"] });
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect(sender.travelled.map((files) => files.toSorted())).toEqual([["# List", "# One\n", "# Two\n"]]);
  expect(sender.uploads).toEqual([]);
});

test("where some are large the receiver is asked first; what it lacks of those is uploaded, and the small ones travel with the next post", async () => {
  await using sender = await openSender((payload, nth) => (nth === 1 ? missing(payload, "list.md", "S2.txt") : receiptOf(payload)), {
    others: [large("# One\n"), large("# Two\n")],
  });
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect(sender.travelled).toEqual([[], ["# List"]]);
  expect(sender.uploads).toEqual(["source-text@1 # Two\nx"]);
});

test("as many of the smallest travel as fit together, and the others are uploaded", async () => {
  const half = (word: string): string => word.padEnd(travelLimit.ofFile, "x");
  const others = ["# A\n", "# B\n", "# C\n", "# D\n"].map(half);
  await using sender = await openSender(
    (payload, nth) => (nth === 1 ? missing(payload, ...payload.attachments.map(({ name }) => name)) : receiptOf(payload)),
    { others },
  );
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect(sender.travelled.map(({ length }) => length)).toEqual([0, 4]);
  expect(sender.uploads).toHaveLength(1);
});

test("a receiver of an earlier release looks at no file that travels: each is uploaded then", async () => {
  for (const others of [[], [large("# One\n")]]) {
    const had = new Set<string>();
    await using sender = await openSender(
      (payload) => {
        for (const text of sender.uploads) had.add(sha256Of(text));
        const names = ["list.md", "S1.txt"].slice(0, 1 + others.length);
        return had.size === names.length ? receiptOf(payload) : missing(payload, ...names.slice(had.size > 0 ? 0 : -2));
      },
      { others },
    );
    const { handOff } = await sender.produce();
    sender.outbox.start();
    await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
    expect(sender.uploads.toSorted()).toEqual(["list@1 # List\n", "source-text@1 # One\nx"].slice(0, 1 + others.length));
    expect(sender.travelled.at(-1)).toEqual([]);
  }
});

test("a file whose bytes are gone travels to nobody, and a receiver that has it needs it from nobody", async () => {
  await using sender = await openSender((payload) => receiptOf(payload), { others: ["# One\n"] });
  const { handOff } = await sender.produce();
  const lost = sha256Of("# One\n");
  await sender.store.loseBlob(lost);
  await rm(join(sender.folder, "blobs", lost.slice(0, 2), lost), { force: true });
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect(sender.travelled).toEqual([["# List"]]);
});

test("files that the receiver lacks are uploaded, and the same bytes are posted again", async () => {
  await using sender = await openSender((payload, nth) =>
    nth === 1 ? refuse("attachments_missing", { missing: payload.attachments.map(({ sha256 }) => sha256) }) : receiptOf(payload),
  );
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
  expect(sender.uploads).toEqual(["list@1 # List\n"]);
  expect(sender.sent[1]).toEqual(sender.sent[0]);
});

// guarantees: R11.contained
test("a receiver that lacks for ever what it was brought gets it once a try, and ever more seldom", async () => {
  await using sender = await openSender((payload) =>
    refuse("attachments_missing", { missing: payload.attachments.map(({ sha256 }) => sha256) }),
  );
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.tries).toBe(1);
  expect([sender.sent.length, sender.uploads.length]).toEqual([2, 1]);
  expect(await sender.row(handOff)).toMatchObject({ state: "pending", last: expect.stringContaining("attachments_missing") });
});

// guarantees: R6.stale
test("a stale epoch gives the hand-off up, and fences the stage", async () => {
  await using sender = await openSender(() => refuse("stale_epoch", { epoch: 2 }));
  const { task, handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("superseded");
  expect((await sender.store.task(task))?.state).toBe("fenced");
});

test.each<ProblemCode>(["queue_full", "internal", "unavailable", "identity_unavailable", "unreachable", "disk_full", "request_timeout"])(
  "%s is tried again, with the answer kept for people",
  async (code) => {
    await using sender = await openSender(() => refuse(code));
    const { handOff } = await sender.produce();
    sender.outbox.start();
    await expect.poll(async () => (await sender.row(handOff))?.tries).toBe(1);
    expect(await sender.row(handOff)).toMatchObject({ state: "pending", last: `${code}: sg says ${code}` });
    expect(await sender.events()).toHaveLength(3);
  },
);

// guarantees: R5.partition
test("waiting doubles from 250 ms to 15 s, and not before Retry-After", async () => {
  const start = Date.parse("2026-11-24T12:00:00Z");
  let asked = 0;
  await using sender = await openSender(({ to }) =>
    to === "jp" ? refuse("stale_epoch", { epoch: 2 }) : refuse("queue_full", (asked += 1) === 9 ? { retryAfter: 40 } : {}),
  );
  const { handOff } = await sender.produce();
  sender.outbox.start();
  const waits: number[] = [];
  let elapsed = 0;
  for (let tries = 1; tries <= 9; tries += 1) {
    await expect.poll(async () => (await sender.row(handOff))?.tries).toBe(tries);
    const wait = ((await sender.row(handOff))?.nextAt ?? 0) - start - elapsed;
    waits.push(wait);
    elapsed += wait;
    sender.pass(wait);
    await sender.produce("jp"); // a row for somebody else wakes it
  }
  expect(waits).toEqual([250, 500, 999, 1998, 3996, 7992, 14_985, 14_985, 40_000]);
});

test.each<ProblemCode>([
  "not_granted",
  "too_large",
  "contract_violation",
  "task_conflict",
  "stage_taken",
  "wrong_recipient",
  "malformed_message",
])("%s blocks the stage with the answer", async (code) => {
  await using sender = await openSender(() => refuse(code));
  const { task, handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("blocked");
  expect(await sender.store.task(task)).toMatchObject({
    state: "blocked",
    block: { owner: "operator", clearsWith: `tasuki retry ${run}` },
  });
  expect((await sender.store.task(task))?.block?.reason).toBe(`sg refused the hand-off for good: sg says ${code} (${code})`);
  expect(await sender.events()).toEqual(["accepted", "started", "produced", "blocked"]);
});

test("a nudge sends again what was refused", async () => {
  let isMended = false;
  await using sender = await openSender((payload) => (isMended ? receiptOf(payload) : refuse("not_granted")));
  const { task, handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("blocked");
  isMended = true;
  await sender.store.retry(task, () => ({ leaf: "{}", envelopes: [] }));
  await expect.poll(async () => (await sender.row(handOff))?.state).toBe("done");
});

// guarantees: R3.believed
test.each([
  { what: "another key", changes: { signer: nano } },
  { what: "another node's name", changes: { node: "jp" } },
  { what: "another role", changes: { role: "jp" } },
  { what: "another task", changes: { task: newId() } },
  { what: "another epoch", changes: { epoch: 2 } },
  { what: "another state", changes: { state: "rejected" as const } },
  { what: "something else that it follows from", changes: { prev: "0".repeat(64) } },
  { what: "a file left out", changes: { subjects: [{ name: "run.json", sha256: "0".repeat(64) }] } },
  { what: "another digest for a file", changes: { subjects: [{ name: "list.md", sha256: "0".repeat(64) }] } },
])("a receipt with $what is not believed, and the task is sent again", async ({ changes }) => {
  await using sender = await openSender((payload) => receiptOf(payload, changes));
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await expect.poll(async () => (await sender.row(handOff))?.tries).toBe(1);
  expect(await sender.row(handOff)).toMatchObject({ state: "pending", last: expect.stringContaining("does not hold good") });
});

test("one destination that does not answer holds back nobody else, and its other rows wait with the first", async () => {
  const never = Promise.withResolvers<never>();
  await using sender = await openSender((payload) => (payload.to === "jp" ? never.promise : refuse("unreachable")));
  await sender.produce("jp");
  await sender.produce();
  sender.outbox.start();
  await expect.poll(() => sender.sent.map(({ to }) => to).sort()).toEqual(["jp", "sg"]);
  await expect.poll(async () => (await sender.store.statusOf({ run })).outbox[0]?.tries).toBe(1);
  never.reject(new TasukiError("unreachable", "gone"));
});

/** Answers that a test gives one by one, to posts whose tasks it sees as they come. */
function heldAnswers() {
  const held: { readonly payload: TaskPayload; readonly answer: (with_: Promise<never> | ReturnType<typeof receiptOf>) => void }[] = [];
  const answer: Answer = (payload) => {
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<BusClient["task"]>>>();
    held.push({ payload, answer: resolve });
    return promise;
  };
  return { held, answer };
}

test("a few rows are under way to one destination at once, each of another run; the next one goes when one of them is settled", async () => {
  const { held, answer } = heldAnswers();
  await using sender = await openSender(answer);
  const runs = Array.from({ length: 6 }, newId);
  for (const of of runs) await sender.produce("sg", of);
  sender.outbox.start();
  await expect.poll(() => held.map(({ payload }) => payload.run)).toEqual(runs.slice(0, 4));
  const [, second] = held;
  second?.answer(receiptOf(second.payload));
  await expect.poll(() => held.map(({ payload }) => payload.run)).toEqual(runs.slice(0, 5));
  for (const { payload, answer: give } of held) give(receiptOf(payload));
  await expect.poll(() => held.map(({ payload }) => payload.run)).toEqual(runs);
  for (const { payload, answer: give } of held) give(receiptOf(payload));
  await expect.poll(() => sender.settled).toHaveLength(6);
});

// guarantees: R6.stale
test("rows of one run go to a destination one after the other, in their order", async () => {
  const { held, answer } = heldAnswers();
  await using sender = await openSender(answer);
  const [first, second, beside] = [await sender.dispatch(run), await sender.dispatch(run), await sender.dispatch(newId())];
  sender.outbox.start();
  const posted = () => held.map(({ payload }) => payload.id);
  await expect.poll(posted).toEqual([first, beside]);
  held[1]?.answer(receiptOf(held[1].payload));
  await expect.poll(() => sender.settled).toEqual([beside]);
  expect(posted()).toEqual([first, beside]);
  held[0]?.answer(receiptOf(held[0].payload));
  await expect.poll(posted).toEqual([first, beside, second]);
  held[2]?.answer(receiptOf(held[2].payload));
  await expect.poll(() => sender.settled).toHaveLength(3);
});

// guarantees: R5.partition
test("a destination that does not answer is tried by one row at a time, and by several again once it answers", async () => {
  let isThere = false;
  let [now, most] = [0, 0];
  await using sender = await openSender(
    async (payload) => {
      now += 1;
      most = Math.max(most, now);
      await turn();
      now -= 1;
      return isThere ? receiptOf(payload) : refuse("unreachable");
    },
    { random: () => 0 },
  );
  for (let at = 0; at < 8; at += 1) await sender.produce("sg", newId());
  sender.outbox.start();
  await expect.poll(() => sender.sent.length).toBeGreaterThan(20);
  expect(most).toBe(4);
  most = 0;
  const before = sender.sent.length;
  await expect.poll(() => sender.sent.length).toBeGreaterThan(before + 20);
  expect(most).toBe(1);
  isThere = true;
  await expect.poll(() => sender.settled).toHaveLength(8);
  expect(most).toBeGreaterThan(1);
});

test("a delivery that is broken off by the end of the node is no answer", async () => {
  const began = Promise.withResolvers<void>();
  const never = Promise.withResolvers<never>();
  await using sender = await openSender(() => {
    began.resolve();
    return never.promise;
  });
  const { handOff } = await sender.produce();
  sender.outbox.start();
  await began.promise;
  const ended = sender.outbox[Symbol.asyncDispose]();
  never.reject(new TasukiError("not_granted", "an answer of nobody"));
  await ended;
  expect(await sender.row(handOff)).toMatchObject({ state: "pending", tries: 0 });
});
