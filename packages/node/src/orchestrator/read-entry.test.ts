import { randomUUIDv7 } from "node:crypto";
import {
  type Attachment,
  type Envelope,
  type FeedEntry,
  type Receipt,
  type ReceiptState,
  saltedDigest,
  type SaltedText,
  type TaskPayload,
} from "@tasuki/protocol";
import { makeSigner, makeTrust, testSalt } from "@tasuki/evidence/testing";
import { describe, expect, test } from "vitest";
import { claimedReceipt, createNotary, payloadDigest, type ReceiptFacts, type Seal, type SignedTask, toReceipt } from "@tasuki/evidence";
import { type FlowEvent, type FlowState, newFlow, step } from "@tasuki/flow";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { createEvidenceBudget } from "./evidence-budget.ts";
import { createEntryReader } from "./read-entry.ts";

const run = randomUUIDv7();
const clock = { now: () => Date.parse("2026-11-24T12:00:00Z") };
const signers = { main: makeSigner(), nano: makeSigner(), sg: makeSigner(), "nano-2": makeSigner(), "sg-2": makeSigner() };
type Role = "main" | "nano" | "sg";
const trust = makeTrust(signers);
const instance = randomUUIDv7();
const notaryOf = (role: Role, signer = signers[role], node: string = role) =>
  createNotary({ node, role, instance, signer, clock, salt: testSalt });
const list = { name: "list.md", sha256: "a".repeat(64) };
const attachment: Attachment = { ...list, contract: "list@1", size: 3 };
const work = (stage: Role, from: Role, changes: Partial<TaskPayload> = {}): TaskPayload => ({
  v: 1,
  id: randomUUIDv7(),
  kind: "work",
  run,
  stage,
  epoch: 1,
  from,
  to: stage,
  attachments: [attachment],
  prev: "b".repeat(64),
  ...changes,
});
const handOff = (changes: Partial<TaskPayload> = {}): TaskPayload => work("sg", "nano", changes);
const factsOf = ({ id: task, stage, epoch }: TaskPayload, state: ReceiptState, changes: Partial<ReceiptFacts> = {}): ReceiptFacts => ({
  run,
  stage,
  task,
  epoch,
  attempt: state === "accepted" ? 0 : 1,
  state,
  subjects: [list],
  ...changes,
});
const first = (envelopes: readonly Envelope[]): Envelope => {
  const [envelope] = envelopes;
  if (envelope === undefined) throw new Error("there is no envelope");
  return envelope;
};

const roles = { nano: "nano", sg: "sg", jp: "jp", "nano-2": "nano", "sg-2": "sg" };
const roster = Object.fromEntries(Object.entries(roles).map(([node, role]) => [node, { role, url: "http://node.invalid" }]));

/** A reader of main, whose store keeps these envelopes. */
const reader = (...kept: readonly Envelope[]) => readerOf(kept, {});

/** A reader of main, whose runs stand on these nodes, and are in this state. */
function readerOf(kept: readonly Envelope[], placed: Readonly<Record<string, string>>, state: FlowState["state"] = "open") {
  const complaints: unknown[] = [];
  const say = (fields: object): void => void complaints.push(fields);
  const readFeed = createEntryReader({
    pipeline: smallPipeline,
    trust,
    node: "main",
    roster,
    kept: async (_run, digests) =>
      new Map(kept.map((envelope) => [payloadDigest(envelope), envelope] as const).filter(([digest]) => digests.includes(digest))),
    placeOf: async (of) => (of === run ? { route: ["nano", "sg"], nodes: placed, given: [], state } : undefined),
    budget: createEvidenceBudget(),
    evidence: async () => kept,
    loggerOf: () => ({ debug: say, info: say, warn: say, error: say }),
  });
  const read = (entries: readonly FeedEntry[], role: string) => readFeed(entries, { node: role, role });
  const readOne = async (entry: FeedEntry, role: string) => {
    const [one] = await read([entry], role);
    if (one === undefined) throw new Error("an entry was read as nothing");
    return one;
  };
  return { complaints, read, readFeed, readOne };
}
const entry = (index: number, ...envelopes: readonly Envelope[]): FeedEntry => ({ index, leaf: "{}", envelopes: [...envelopes] });
const accepted = (payload: TaskPayload, digest: string, { index = 0, subjects = [list], notary = notaryOf("sg") } = {}): Envelope =>
  first(notary.receipt(factsOf(payload, "accepted", { prev: digest, subjects }))(index).envelopes);

/** A node's feed as it grows: entries are sealed as a store seals them. */
function createFeed(role: Role) {
  const entries: FeedEntry[] = [];
  const add = (seal: Seal): string => {
    const { leaf, envelopes, texts } = seal(entries.length);
    entries.push({ index: entries.length, leaf, envelopes: [...envelopes], ...(texts && { texts: [...texts] }) });
    return payloadDigest(first(envelopes));
  };
  return {
    entries,
    add,
    /** Adds a receipt about a task of the node; gives its digest. */
    say(
      payload: TaskPayload,
      state: ReceiptState,
      { others, ...more }: Pick<ReceiptFacts, "text"> & { prev: string; others?: readonly Envelope[] },
    ): string {
      const subjects = state === "accepted" ? payload.attachments : [list];
      return add(notaryOf(role).receipt(factsOf(payload, state, { ...more, subjects }), others));
    },
    /** Adds the `produced` of a task, with the hand-off that follows from it; gives its digest. */
    handOn(payload: TaskPayload, { prev, after }: { prev: string; after: (digest: string) => SignedTask }): string {
      return add(notaryOf(role).handOff(factsOf(payload, "produced", { prev }), after));
    },
  };
}

/** Two nodes: nano takes main's dispatch, works and hands on; sg takes the hand-off and works. */
function honestFeeds() {
  const [nano, sg] = [createFeed("nano"), createFeed("sg")];
  const given = work("nano", "main", { attachments: [{ ...attachment, name: "brief.md", contract: "brief@1" }] });
  const dispatch = notaryOf("main").task(given);
  const handed = handOff();
  const nanoTook = nano.say(given, "accepted", { prev: dispatch.digest, others: [dispatch.envelope] });
  const nanoStarted = nano.say(given, "started", { prev: nanoTook });
  const produced = nano.handOn(given, {
    prev: nanoStarted,
    after(prev) {
      const { envelope } = notaryOf("nano").task({ ...handed, prev });
      return { id: handed.id, to: handed.to, run, payload: { ...handed, prev }, envelope, createdAt: clock.now() };
    },
  });
  const payload = { ...handed, prev: produced };
  const task = notaryOf("nano").task(payload);
  const sgTook = sg.say(payload, "accepted", { prev: task.digest, others: [task.envelope] });
  nano.add(notaryOf("nano").event("delivered", {}, { others: [first(sg.entries[0]?.envelopes ?? [])] }));
  const sgStarted = sg.say(payload, "started", { prev: sgTook });
  sg.say(payload, "blocked", { prev: sgStarted, text: { code: "failed", text: "no ink" } });
  return { dispatch, task, payload, nano: nano.entries, sg: sg.entries };
}
/** A text under its own digest, which no receipt names. */
const otherText = (salt: string): SaltedText => ({ sha256: saltedDigest({ salt, text: "no time" }), salt, text: "no time" });
const statesOf = (reads: readonly { readonly facts: readonly { readonly event: FlowEvent }[] }[]) =>
  reads.flatMap(({ facts }) =>
    facts.map(({ event }) => (event.is === "receipt" ? `${event.receipt.role} ${event.receipt.state}` : event.is)),
  );

test("an 'accepted' with the signed task that it answers proves the hand-off that the task follows from", async () => {
  const payload = handOff();
  const { envelope, digest } = notaryOf("nano").task(payload);
  const { readOne, complaints } = reader();
  const { facts, envelopes } = await readOne(entry(3, accepted(payload, digest, { index: 3 }), envelope), "sg");
  expect(facts).toMatchObject([{ run, event: { is: "receipt", follows: payload.prev, receipt: { state: "accepted", task: payload.id } } }]);
  expect([envelopes.length, complaints]).toEqual([2, []]);
});

test("an entry in which nothing holds good is one line of the log, and its others count", async () => {
  const payload = handOff();
  const { envelope, digest } = notaryOf("nano").task(payload);
  const forged = { ...accepted(payload, digest), signatures: [{ sig: "c2ln" }] };
  const { readOne, complaints } = reader();
  const { envelopes } = await readOne(
    entry(3, ...Array.from({ length: 14 }, () => forged), accepted(payload, digest, { index: 3 }), envelope),
    "sg",
  );
  expect(complaints).toMatchObject([{ peer: "sg", index: 3, code: "signature_invalid", envelopes: 14 }]);
  expect(envelopes).toHaveLength(2);
});

// guarantees: R11.contained
test("a leaf that can't be read is told as its node's, and the entries beside it count", async () => {
  const payload = handOff();
  const { envelope, digest } = notaryOf("nano").task(payload);
  const { read, complaints } = reader();
  const leaf = '{"type":"attempt-ended",';
  const reads = await read([{ ...entry(2), leaf }, entry(3, accepted(payload, digest, { index: 3 }), envelope)], "sg");
  expect(reads.map(({ facts }) => facts.length)).toEqual([0, 1]);
  expect(complaints).toMatchObject([{ peer: "sg", index: 2, err: expect.any(SyntaxError) }]);
});

// guarantees: R3.proven
test.each<[string, Partial<TaskPayload>]>([
  ["work that a role sends to itself", { from: "sg" }],
  ["work from a role that does not hand on to it", { from: "nano", to: "nano", stage: "nano" }],
  ["work back from the role after it", { from: "sg", to: "nano", stage: "nano" }],
  ["main's last hop from a role in the middle", { from: "nano", to: "main", stage: "main" }],
  ["a 'cancel' that is not main's", { from: "nano", kind: "cancel", attachments: [], reason: "no" }],
])("%s is no task: that it was taken proves nothing", async (_, changes) => {
  const payload = handOff(changes);
  const [sender, receiver] = [payload.from, payload.to] as [Role, Role];
  const { envelope, digest } = notaryOf(sender).task(payload);
  const state = payload.kind === "cancel" ? "fenced" : "accepted";
  const subjects = payload.attachments.length === 0 ? [{ name: "task", sha256: digest }] : [list];
  const took = first(notaryOf(receiver).receipt(factsOf(payload, state, { prev: digest, subjects }))(0).envelopes);
  const { readOne, complaints } = reader();
  const { facts } = await readOne(entry(0, took, envelope), receiver);
  expect(facts.filter(({ event }) => event.is === "receipt")).toEqual([]);
  expect(complaints).toMatchObject([{ doubt: "it follows from no task that is known to have been sent" }]);
  // The store of main may keep it too, once it was read.
  expect((await reader(envelope).readOne(entry(0, took), receiver)).facts).toEqual([]);
});

// guarantees: R3.placed
test.each<[string, { sender?: "nano" | "nano-2"; receiver?: "sg" | "sg-2"; says?: string; names?: Record<string, string> | undefined }]>([
  ["a node of the role before that the run does not stand on", { sender: "nano-2" }],
  ["such a node in the name of the one that it stands on", { sender: "nano-2", says: "nano" }],
  ["the right node, to another than the run stands on", { receiver: "sg-2" }],
  ["the right node, which names that other one", { receiver: "sg-2", names: { nano: "nano", sg: "sg-2" } }],
  ["the right node, to another one, which it does not name", { receiver: "sg-2", names: undefined }],
])("a hand-off from %s proves nothing", async (_, { sender = "nano", receiver = "sg", says = sender, ...more }) => {
  const nodes = { nano: "nano", sg: "sg" };
  const named = "names" in more ? more.names : nodes;
  const payload = handOff({ fromNode: says, ...(named && { nodes: named }) });
  const { envelope, digest } = notaryOf("nano", signers[sender], sender).task(payload);
  const took = accepted(payload, digest, { notary: notaryOf("sg", signers[receiver], receiver) });
  const { readFeed } = readerOf([], nodes);
  const reads = await readFeed([entry(0, took, envelope)], { node: receiver, role: "sg" });
  expect(reads.flatMap(({ facts }) => facts).filter(({ event }) => event.is === "receipt")).toEqual([]);
});

// guarantees: R3.proven
test("a 'produced' says which of its files a hand-off carries", async () => {
  const payload = work("nano", "main");
  const { envelope, digest } = notaryOf("main").task(payload);
  const took = accepted(payload, digest, { notary: notaryOf("nano") });
  const made = notaryOf("nano").receipt(factsOf(payload, "produced", { prev: payloadDigest(took), subjects: [list] }))(1).envelopes;
  const reads = await reader(envelope).read([entry(0, took), entry(1, ...made)], "nano");
  const events = reads.flatMap(({ facts }) => facts.map(({ event }) => event));
  expect(events).toMatchObject([{ receipt: { state: "accepted" } }, { receipt: { state: "produced" }, carried: [list.name] }]);
});

// guarantees: R3.proven
test.each([
  ["a file that its stage does not produce", [list, { name: "brief.md", sha256: "b".repeat(64) }]],
  ["the document of a task that nobody sent", [{ name: "task", sha256: "c".repeat(64) }]],
])("a 'produced' over %s proves nothing", async (_, subjects) => {
  const payload = work("nano", "main");
  const { envelope, digest } = notaryOf("main").task(payload);
  const took = accepted(payload, digest, { notary: notaryOf("nano") });
  const made = notaryOf("nano").receipt(factsOf(payload, "produced", { prev: payloadDigest(took), subjects }))(1).envelopes;
  const { read, complaints } = reader(envelope);
  const reads = await read([entry(0, took), entry(1, ...made)], "nano");
  expect(statesOf(reads)).toEqual(["nano accepted"]);
  expect(complaints).toMatchObject([{ state: "produced", doubt: expect.stringContaining("no file of stage 'nano'") }]);
});

test("a 'produced' over the document of its task is a result without files", async () => {
  const payload = work("nano", "main");
  const { envelope, digest } = notaryOf("main").task(payload);
  const took = accepted(payload, digest, { notary: notaryOf("nano") });
  const subjects = [{ name: "task", sha256: digest }];
  const made = notaryOf("nano").receipt(factsOf(payload, "produced", { prev: payloadDigest(took), subjects }))(1).envelopes;
  const reads = await reader(envelope).read([entry(0, took), entry(1, ...made)], "nano");
  expect(reads.flatMap(({ facts }) => facts.map(({ event }) => event))).toMatchObject([
    { receipt: { state: "accepted" } },
    { receipt: { state: "produced" }, subjects: [], carried: [] },
  ]);
});

// guarantees: R11.peers
test("what a node says of a run that main does not have is kept nowhere, and counts for nothing", async () => {
  const payload = handOff({ run: randomUUIDv7() });
  const { envelope, digest } = notaryOf("nano").task(payload);
  const facts = { ...factsOf(payload, "accepted", { prev: digest, subjects: [list] }), run: payload.run };
  const took = first(notaryOf("sg").receipt(facts, [envelope])(0).envelopes);
  expect(await reader().readOne(entry(0, took, envelope), "sg")).toMatchObject({ facts: [], envelopes: [] });
});

// guarantees: R11.peers
test("what brings nothing new costs its node: of runs that main lacks, what it says again, what it says of ended runs; an honest feed does not", async () => {
  const { dispatch, nano } = honestFeeds();
  const costsOf = (reads: readonly { readonly cost: number }[]) => reads.map(({ cost }) => Math.floor(cost));
  const { read } = reader(dispatch.envelope);
  // Its first entry has main's own task beside the receipt.
  expect(costsOf(await read(nano, "nano"))).toEqual([1, 0, 0, 0]);
  expect(costsOf(await read(nano, "nano"))).toEqual([2, 1, 2, 1]);
  expect(costsOf(await read([entry(9), entry(10)], "nano"))).toEqual([1, 1]);
  const large: Envelope = { payload: "A".repeat(80 * 1024), payloadType: "application/vnd.in-toto+json", signatures: [] };
  expect(costsOf(await read([entry(11, large)], "nano"))).toEqual([11]);
  const elsewhere = { ...handOff(), run: randomUUIDv7() };
  const took = notaryOf("sg").receipt({ ...factsOf(elsewhere, "accepted"), run: elsewhere.run, prev: "c".repeat(64) })(0).envelopes;
  expect(costsOf(await read([entry(0, ...took)], "sg"))).toEqual([2]);
  const ended = readerOf([dispatch.envelope], {}, "closed");
  expect(Math.min(...costsOf(await ended.read(nano, "nano")))).toBeGreaterThan(0);
});

// guarantees: R11.peers
test("looking through a long row of receipts for one that is known costs as much as those", async () => {
  const payload = work("nano", "main");
  const row: Envelope[] = [notaryOf("main").task(payload).envelope];
  for (let index = 1; index <= 200; index += 1)
    row.push(
      first(notaryOf("nano").receipt(factsOf(payload, "started", { prev: payloadDigest(row[index - 1] ?? first([])) }))(index).envelopes),
    );
  const { readOne } = reader(...row);
  expect((await readOne(entry(200, ...row.slice(-1)), "nano")).cost).toBeGreaterThan(190);
});

// guarantees: R3.placed
test("of two nodes of a role, the one that the run stands on proves the hand-off", async () => {
  const nodes = { nano: "nano-2", sg: "sg-2" };
  const payload = handOff({ fromNode: "nano-2", nodes });
  const { envelope, digest } = notaryOf("nano", signers["nano-2"], "nano-2").task(payload);
  const took = accepted(payload, digest, { notary: notaryOf("sg", signers["sg-2"], "sg-2") });
  const { readFeed } = readerOf([], nodes);
  const [read] = await readFeed([entry(0, took, envelope)], { node: "sg-2", role: "sg" });
  expect(read?.facts).toMatchObject([{ event: { is: "receipt", receipt: { state: "accepted", node: "sg-2" } } }]);
});

// guarantees: R3.proven
test("an 'accepted' over other files than the task's, or in the name of another task, proves nothing", async () => {
  const payload = handOff();
  const { envelope, digest } = notaryOf("nano").task(payload);
  for (const subjects of [[{ ...list, sha256: "c".repeat(64) }], [list, { ...list, name: "more.md" }], [{ ...list, name: "other.md" }]]) {
    const { readOne, complaints } = reader();
    expect((await readOne(entry(0, accepted(payload, digest, { subjects }), envelope), "sg")).facts).toEqual([]);
    expect(complaints).toHaveLength(1);
  }
  expect((await reader(envelope).readOne(entry(0, accepted(handOff(), digest)), "sg")).facts).toEqual([]);
});

// guarantees: R3.proven
test.each<[string, (payload: TaskPayload) => Envelope[]]>([
  ["that nobody has sent", (payload) => [accepted(payload, "d".repeat(64))]],
  ["that its sender has not signed", (payload) => withTask(payload, notaryOf("sg").task(payload).envelope)],
  [
    "that main has not signed",
    (payload) => withTask({ ...payload, from: "main" }, notaryOf("sg").task({ ...payload, from: "main" }).envelope),
  ],
  [
    "that a role outside the roster sent",
    (payload) => withTask({ ...payload, from: "gone" }, notaryOf("nano").task({ ...payload, from: "gone" }).envelope),
  ],
])("an 'accepted' of a task %s proves nothing", async (_what, lie) => {
  const { readOne, complaints } = reader();
  expect((await readOne(entry(0, ...lie(handOff())), "sg")).facts).toEqual([]);
  expect(complaints).not.toEqual([]);
});
function withTask(payload: TaskPayload, task: Envelope): Envelope[] {
  return [accepted(payload, payloadDigest(task)), task];
}

test.each([
  ["of a key that is not pinned", accepted(handOff(), "d".repeat(64), { notary: notaryOf("sg", makeSigner()) })],
  ["signed by another node than it names", accepted(handOff(), "d".repeat(64), { notary: notaryOf("sg", signers.nano) })],
  ["in the name of another node", accepted(handOff(), "d".repeat(64), { notary: notaryOf("sg", signers.sg, "nano") })],
  ["signed for another place in the feed", accepted(handOff(), "d".repeat(64), { index: 7 })],
  ["in main's name, from a role's feed", accepted(handOff(), "d".repeat(64), { notary: notaryOf("main") })],
])("a receipt %s is not counted, and not kept", async (_, receipt) => {
  const { readOne } = reader();
  expect(await readOne(entry(0, receipt), "sg")).toMatchObject({ facts: [], envelopes: [] });
});

test("a task that its sender didn't sign is not counted, nor one in main's name", async () => {
  const { readOne } = reader();
  const forged = notaryOf("sg").task(handOff()).envelope;
  const mains = notaryOf("nano").task(handOff({ from: "main" })).envelope;
  const unsigned = { ...notaryOf("nano").task(handOff()).envelope, signatures: [] };
  for (const envelope of [forged, mains, unsigned])
    expect(await readOne(entry(0, envelope), "nano")).toMatchObject({ facts: [], envelopes: [] });
});

test("a 'produced' gives the files that are handed on with it, and its stage's dispatch", async () => {
  const { dispatch, nano, task } = honestFeeds();
  const produced = (await reader(dispatch.envelope).read(nano, "nano"))[2];
  expect(produced?.facts).toMatchObject([
    {
      event: {
        is: "receipt",
        digest: nano[2] && payloadDigest(first(nano[2].envelopes)),
        outputs: [attachment],
        receipt: { state: "produced" },
      },
    },
    { event: { is: "dispatched", stage: "sg", from: "nano" } },
  ]);
  expect(produced?.envelopes).toContainEqual(task.envelope);
});

// guarantees: R9.texts
test.each<{ is: string; change: (text: SaltedText) => SaltedText[]; reason?: string; complaints: number }>([
  { is: "beside it is its reason, and is kept", change: (text) => [text], reason: "no ink", complaints: 0 },
  { is: "gone leaves a receipt without a reason", change: () => [], complaints: 0 },
  { is: "that it does not name is none of its own", change: ({ salt }) => [otherText(salt)], complaints: 0 },
  { is: "that was changed is dropped, and complained of", change: (text) => [{ ...text, text: "no paper" }], complaints: 1 },
])("of a receipt, a text $is", async ({ change, reason, complaints: complained }) => {
  const { task, sg } = honestFeeds();
  const entries = sg.map((one) => (one.texts === undefined ? one : { ...one, texts: one.texts.flatMap(change) }));
  const { read, complaints } = reader(task.envelope);
  const blocked = (await read(entries, "sg"))[2];
  const [receipt] = blocked?.facts.flatMap(({ event }) => (event.is === "receipt" ? [event.receipt] : [])) ?? [];
  expect([receipt?.state, receipt?.text?.code, receipt?.reason]).toEqual(["blocked", "failed", reason]);
  const kept = reason === undefined ? [] : (sg[2]?.texts ?? []);
  expect(blocked?.texts).toEqual(kept.map((text) => ({ ...text, log: instance, index: 2, run })));
  expect(complaints).toHaveLength(complained);
});

test("a reason in a receipt of an earlier release is its reason", async () => {
  const { task, payload, sg } = honestFeeds();
  const { text: _, ...blocked } = claimedReceipt(first(sg[2]?.envelopes ?? []))?.predicate ?? {};
  const earlier = toReceipt({ ...(blocked as Receipt), reason: "no ink" }, [list], signers.sg);
  const [, , read] = await reader(task.envelope).read([...sg.slice(0, 2), entry(2, earlier)], "sg");
  expect(read).toMatchObject({ facts: [{ run: payload.run, event: { receipt: { state: "blocked", reason: "no ink" } } }], texts: [] });
});

test("a receipt that its node signed as another installation than the one that is read counts for nothing, and that one is named", async () => {
  const feed = createFeed("nano");
  const dispatch = work("nano", "main");
  const task = notaryOf("main").task(dispatch);
  feed.say(dispatch, "accepted", { prev: task.digest, others: [task.envelope] });
  const { readFeed, complaints } = reader(task.envelope);
  const other = randomUUIDv7();
  const read = async (followed: string) => (await readFeed(feed.entries, { node: "nano", role: "nano", instance: followed }))[0];
  expect(await read(other)).toMatchObject({ facts: [], envelopes: [], instance });
  expect(complaints).toHaveLength(1);
  expect((await read(instance))?.facts).toHaveLength(1);
});

// guarantees: R11.peers
test("what main kept of a node before it was started again counts towards what it keeps of it about a run", async () => {
  const dispatch = work("nano", "main");
  const said = (index: number): Envelope =>
    first(notaryOf("nano").receipt(factsOf(dispatch, "started", { attempt: index, prev: "c".repeat(64) }))(index).envelopes);
  const before = Array.from({ length: 999 }, (_, index) => said(index));
  const { readOne, complaints } = reader(...before);
  expect((await readOne(entry(999, said(999)), "nano")).envelopes).toHaveLength(1);
  expect((await readOne(entry(1_000, said(1_000)), "nano")).envelopes).toHaveLength(0);
  expect((await readOne(entry(998, said(998)), "nano")).envelopes).toHaveLength(1);
  expect(JSON.stringify(complaints)).toContain("malformed_message");
});

// guarantees: R11.peers
test("one message under ever other signatures counts as often as it is kept", async () => {
  const [envelope] = notaryOf("nano").receipt(factsOf(work("nano", "main"), "started", { prev: "c".repeat(64) }))(0).envelopes;
  if (envelope === undefined) throw new Error("there is no receipt");
  const signedAgain = (at: number): Envelope => ({
    ...envelope,
    signatures: [...envelope.signatures, { sig: Buffer.from(`junk ${at}`).toString("base64") }],
  });
  const before = Array.from({ length: 995 }, (_, at) => signedAgain(at));
  const { readOne, complaints } = reader(...before);
  const { envelopes } = await readOne(entry(0, ...Array.from({ length: 12 }, (_, at) => signedAgain(1_000 + at))), "nano");
  expect([envelopes.length, JSON.stringify(complaints)]).toEqual([5, expect.stringContaining('"envelopes":7')]);
});

test("a decision has the direction of its word in the pipeline; a word that is unknown, or a direction that is not its own, gives none", async () => {
  const directionOf = async (changes: Partial<ReceiptFacts>): Promise<unknown> => {
    const feed = createFeed("nano");
    const dispatch = work("nano", "main");
    const task = notaryOf("main").task(dispatch);
    const taken = feed.say(dispatch, "accepted", { prev: task.digest, others: [task.envelope] });
    feed.add(notaryOf("nano").receipt(factsOf(dispatch, "produced", { prev: taken, ...changes })));
    const [, made] = await reader().read(feed.entries, "nano");
    const event = made?.facts[0]?.event;
    return event?.is === "receipt" ? event.receipt.direction : event;
  };
  expect(await directionOf({ decision: "converged" })).toBe("forward");
  expect(await directionOf({ decision: "rework" })).toBe("back");
  expect(await directionOf({ decision: "perhaps" })).toBeUndefined();
  expect(await directionOf({ decision: "perhaps", direction: "forward" })).toBeUndefined();
  expect(await directionOf({ decision: "rework", direction: "forward" })).toBeUndefined();
});

test("a nudge that was accepted says nothing about the stage", async () => {
  const nudge = handOff({ kind: "nudge", from: "main", attachments: [] });
  const { envelope, digest } = notaryOf("main").task(nudge);
  const receipt = accepted(nudge, digest, { subjects: [{ name: "task", sha256: digest }] });
  const { readOne, complaints } = reader(envelope);
  expect((await readOne(entry(0, receipt), "sg")).facts).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a script's unsigned 'run' counts as taken in main's own feed, and a last hop only with the task that its sender signed", async () => {
  const own = notaryOf("main");
  const taken = (payload: TaskPayload, prev: string) => first(own.receipt(factsOf(payload, "accepted", { prev }))(0).envelopes);
  const bare = {
    payload: Buffer.from('{"kind":"run"}').toString("base64"),
    payloadType: "application/vnd.tasuki.task+json",
    signatures: [],
  };
  const asked = work("main", "main", { kind: "run", epoch: 0 });
  expect(statesOf(await reader(bare).read([entry(0, taken(asked, payloadDigest(bare)), bare)], "main"))).toEqual(["main accepted"]);
  const returned = work("main", "sg");
  const { envelope, digest } = notaryOf("sg").task(returned);
  expect((await reader().readOne(entry(0, taken(returned, digest), envelope), "main")).facts).toMatchObject([
    { event: { follows: returned.prev } },
  ]);
  expect((await reader().readOne(entry(0, taken(returned, digest)), "main")).facts).toEqual([]);
});

describe("the feeds of honest nodes", () => {
  const everything = {
    nano: ["nano accepted", "nano started", "nano produced", "dispatched", "sg accepted"],
    sg: ["sg accepted", "sg started", "sg blocked"],
  };

  test("count whole when they are read at once: a task of an earlier entry is known to a later one", async () => {
    const { dispatch, nano, sg } = honestFeeds();
    const { read, complaints } = reader(dispatch.envelope);
    expect(statesOf(await read(nano, "nano"))).toEqual(everything.nano);
    expect(statesOf(await read(sg, "sg"))).toEqual(everything.sg);
    expect(complaints).toEqual([]);
  });

  test("count whole when they are read entry by entry, with what was kept of the earlier ones", async () => {
    const { dispatch, nano, sg } = honestFeeds();
    for (const [feed, entries] of [
      ["sg", sg],
      ["nano", nano],
    ] as const) {
      const kept: Envelope[] = [dispatch.envelope];
      const states: string[] = [];
      for (const one of entries) {
        const { readOne, complaints } = reader(...kept);
        const read = await readOne(one, feed);
        kept.push(...read.envelopes);
        expect(complaints).toEqual([]);
        states.push(...statesOf([read]));
      }
      expect(states).toEqual(everything[feed]);
    }
  });

  test("a copy of an acceptance that comes before its task is not counted: the acceptance comes with its task in its own node's feed", async () => {
    const { dispatch, nano } = honestFeeds();
    const delivered = nano[3];
    if (delivered === undefined) throw new Error("nano has delivered its hand-off");
    expect((await reader(dispatch.envelope).readOne(delivered, "nano")).facts).toEqual([]);
  });

  test("a main that was restored from a backup knows what it sent afterwards by its own signature, in the feed of whoever took it", async () => {
    const { nano } = honestFeeds();
    expect(statesOf(await reader().read(nano, "nano"))).toEqual(everything.nano);
  });
});

// guarantees: R3.proven
describe("a node that signs for what nobody sent it", () => {
  /** A run whose first stage is done, handed on, pulled and checked: only the next node's acceptance is wanting. */
  async function upToHandOff() {
    const feeds = honestFeeds();
    const { read } = reader(feeds.dispatch.envelope);
    let state = newFlow({ profile: "plain", payload: { run, from: "ops:ada" }, brief: "", route: ["nano", "sg"], now: 1 });
    const apply = (...events: readonly FlowEvent[]): void => {
      for (const event of events) [state] = step(state, event, 2);
    };
    apply({
      is: "intake-done",
      given: [{ ...attachment, name: "brief.md", contract: "brief@1" }],
      sources: [],
      accepted: "c".repeat(64),
      nodes: {},
    });
    const follow = async (entries: readonly FeedEntry[], feed: string): Promise<void> => {
      const reads = await read(entries, feed);
      apply(...reads.flatMap(({ facts }) => facts.map(({ event }) => event)));
    };
    await follow(feeds.nano.slice(0, 3), "nano");
    apply({ is: "pulled", stage: "nano", epoch: 1, outputs: [attachment] }, { is: "checked", stage: "nano", epoch: 1, unmet: [] });
    return { ...feeds, follow, rungs: () => state.stages.map(({ rung }) => rung) };
  }
  const unproven = ["produced", "dispatched"];

  test("raises no rung by 'accepted', and the hand-off is not shown; the true acceptance still is", async () => {
    const { payload, sg, follow, rungs } = await upToHandOff();
    expect(rungs()).toEqual(unproven);
    for (const subjects of [[list], [{ name: "other.md", sha256: "e".repeat(64) }]]) {
      await follow([entry(0, accepted(payload, "d".repeat(64), { subjects }))], "sg");
      expect(rungs()).toEqual(unproven);
    }
    await follow(sg.slice(0, 1), "sg");
    expect(rungs()).toEqual(["verified", "accepted"]);
  });

  test.each<ReceiptState>(["started", "produced", "blocked"])(
    "raises no rung by '%s' without having accepted, or after a false 'accepted'",
    async (state) => {
      const { payload, task, follow, rungs } = await upToHandOff();
      const signed = (prev: string, index: number) =>
        entry(index, first(notaryOf("sg").receipt(factsOf(payload, state, { prev }))(index).envelopes));
      await follow([signed("d".repeat(64), 0)], "sg");
      await follow([signed(task.digest, 0)], "sg");
      const lie = accepted(payload, "d".repeat(64));
      await follow([entry(0, lie), signed(payloadDigest(lie), 1)], "sg");
      expect(rungs()).toEqual(unproven);
    },
  );

  test("ends no run by 'archived' that it was not asked for", async () => {
    const bundle = "f".repeat(64);
    const close = handOff({ kind: "close", from: "main", attachments: [], bundle });
    const { envelope, digest } = notaryOf("main").task(close);
    const signed = (prev: string) =>
      entry(
        0,
        first(
          notaryOf("sg").receipt(factsOf(close, "archived", { prev, subjects: [{ name: "manifest-sha256.txt", sha256: bundle }] }))(0)
            .envelopes,
        ),
      );
    expect(statesOf(await reader(envelope).read([signed(digest)], "sg"))).toEqual(["sg archived"]);
    expect(statesOf(await reader(envelope).read([signed("d".repeat(64))], "sg"))).toEqual([]);
  });
});
