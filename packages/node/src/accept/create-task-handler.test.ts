import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUIDv7 } from "node:crypto";
import {
  type Attachment,
  type Envelope,
  type Grant,
  grantPayloadType,
  longestClock,
  longestDeadline,
  type ReceiptStatement,
  sha256Of,
  type TaskPayload,
  taskPayloadType,
  TasukiError,
} from "@tasuki/protocol";
import type { Run } from "@tasuki/contracts/artifacts/run";
import {
  canonicalJson,
  claimedReceipt,
  createNotary,
  doubtAbout,
  parseTask,
  payloadDigest,
  payloadOf,
  readReceipt,
  signEnvelope,
} from "@tasuki/evidence";
import { makeSigner, makeTrust, testSalt } from "@tasuki/evidence/testing";
import { openStore, publish } from "@tasuki/store";
import { array, assert, asyncProperty, constantFrom, integer, record } from "fast-check";
import { expect, test, vi } from "vitest";
import { endlessDisk } from "@tasuki/store/testing";
import { newFlow } from "@tasuki/flow";
import { toRunRow } from "../orchestrator/run-row.ts";
import type { Caller } from "@tasuki/bus";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { openTask, parseTaskRequest } from "@tasuki/bus/testing";
import { smallPipeline as pipeline } from "../testing/small-pipeline.ts";
import { createTaskHandler } from "./create-task-handler.ts";

const run = randomUUIDv7();
const newId = (): string => randomUUIDv7();
const signers = { main: makeSigner(), nano: makeSigner(), sg: makeSigner(), jp: makeSigner() };
const trust = makeTrust(signers);
const now = Date.parse("2026-11-24T12:00:00Z");
const as = (role?: string): Caller => ({
  principal: role === undefined ? "local" : `node:${role}`,
  roles: role === undefined ? [] : [role],
  nodes: role === undefined ? [] : [role],
  permissions: [],
});

const texts = {
  "brief.md": { contract: "brief@1", text: "# What?\n\nWhat is handed on?\n" },
  "S1.txt": { contract: "source-text@1", text: "# One\n" },
  "list.md": { contract: "list@1", text: "# List\n" },
};
const about = (id: string): Run => ({
  contract: "run@1",
  run: id,
  brief: sha256Of(texts["brief.md"].text),
  profile: "cited",
  sources: [],
  route: pipeline.roles.map(({ name }) => ({ role: name, consumes: [], produces: [] })),
  versions: {},
  clocks: { scheduleToStart: 1, heartbeat: 1, startToClose: 1, scheduleToClose: 1 },
  deadline: new Date(now).toISOString(),
});

/** A node that accepts, over a real store; it holds the files that its tasks name. */
async function openNode(role: "sg" | "main" = "sg", { queueLimit = 10, roster = ["main", "nano", "sg", "jp"], trusted = trust } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-accept-"));
  let at = now;
  const clock = { now: () => at, monotonic: () => at - now };
  const store = await openStore({ folder, clock, newId });
  const notary = createNotary({ node: role, role, instance: store.instance, signer: signers[role], clock, salt: testSalt });
  const accepted: TaskPayload[] = [];
  const disk = { isFull: false };
  const over = new Set<string>();
  const working = new Set<string>();
  const handler = createTaskHandler({
    role,
    pipeline,
    store,
    notary,
    trust: trusted,
    node: role,
    roster: Object.fromEntries(roster.map((name) => [name, { role: name, url: "http://node.invalid" }])),
    newId,
    clock,
    diskFloor: {
      async reserve(bytes) {
        if (disk.isFull) throw new TasukiError("disk_full", "The disk has no room.");
        return endlessDisk.reserve(bytes);
      },
    },
    judge: judgeAtOnce,
    queueLimit,
    isAtWork: (run) => working.has(run),
    onAccepted: (payload) => accepted.push(payload),
    ...(role === "main" && {
      runs: {
        newRun: (payload, { brief, now: createdAt }) =>
          toRunRow(newFlow({ profile: "plain", payload, brief, route: ["nano", "sg", "jp"], now: createdAt }), 0),
        isOver: ({ id }) => over.has(id),
        refusal: ({ id }, kind) => (over.has(id) ? `run ${id} takes no ${kind}` : undefined),
      },
    }),
  });
  const hold = async (name: string, contract: string, text: string): Promise<Attachment> => {
    const { sha256, size } = await publish(store, Buffer.from(text), { contract, now });
    return { name, contract, sha256, size };
  };
  const inputs = [await hold("run.json", "run@1", JSON.stringify(about(run)))];
  for (const [name, { contract, text }] of Object.entries(texts)) inputs.push(await hold(name, contract, text));
  const work = (changes: Partial<TaskPayload> = {}): TaskPayload => ({
    v: 1,
    id: newId(),
    kind: "work",
    run,
    stage: role,
    epoch: 1,
    from: "nano",
    to: role,
    attachments: inputs,
    ...changes,
  });
  /** Main's grant of the run at epoch 1, or what a test has it say instead, under the key of whom it names. */
  const grantOf = ({ by = "main", ...changes }: Partial<Grant> & { by?: keyof typeof signers } = {}): Envelope => {
    const grant: Grant = { v: 1, run, epoch: 1, plan: inputs[0]?.sha256 ?? "", ...changes };
    return signEnvelope(Buffer.from(canonicalJson(grant)), grantPayloadType, signers[by]);
  };
  const send = (
    payload: TaskPayload,
    {
      signer = "nano",
      caller = signer,
      budgetMs,
      as: who = as(caller),
    }: { signer?: keyof typeof signers; caller?: string; budgetMs?: number; as?: Caller } = {},
  ) => {
    const envelope = signEnvelope(Buffer.from(JSON.stringify(payload)), taskPayloadType, signers[signer]);
    return handler(parseTaskRequest(openTask(envelope), budgetMs === undefined ? {} : { budgetMs }).request, who);
  };
  const script = (body: object, isByHand?: true) => {
    const payload = Buffer.from(JSON.stringify(body));
    const envelope = { payload: payload.toString("base64"), payloadType: taskPayloadType, signatures: [] };
    return handler(parseTaskRequest(openTask(envelope), isByHand === undefined ? {} : { isByHand }).request, as());
  };
  const events = async () => (await store.feed(0, 1000)).map(({ leaf }) => (JSON.parse(leaf) as { type: string }).type);
  return {
    store,
    disk,
    hold,
    inputs,
    work,
    grantOf,
    send,
    script,
    events,
    accepted,
    over,
    working,
    pass: (milliseconds: number) => (at += milliseconds),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
type Node = Awaited<ReturnType<typeof openNode>>;

const said = (receipt: Envelope): ReceiptStatement => {
  const statement = claimedReceipt(receipt);
  if (statement === undefined) throw new Error("the envelope holds no receipt");
  return statement;
};
const traces = async ({ store }: Node) => {
  const { tasks, outbox, queue } = await store.statusOf({ run });
  return { tasks, outbox, queue };
};
const refusal = (answer: Promise<unknown>): Promise<TasukiError> =>
  answer.then(
    () => Promise.reject(new Error("it was accepted")),
    (error: TasukiError) => error,
  );
const replace = (inputs: readonly Attachment[], name: string, change: Partial<Attachment>): Attachment[] =>
  inputs.map((one) => (one.name === name ? { ...one, ...change } : one));

// guarantees: R10.cancelled
test("the receipt of a cancel says whether anything of the run is still at work", async () => {
  await using node = await openNode("sg");
  const cancel = async (epoch: number) =>
    said((await node.send(node.work({ kind: "cancel", epoch, from: "main", attachments: [] }), { signer: "main" })).receipt).predicate;
  node.working.add(run);
  expect(await cancel(2)).toMatchObject({ state: "fenced", outcome: "running" });
  node.working.clear();
  expect(await cancel(2)).toMatchObject({ state: "fenced", outcome: "ended" });
});

// guarantees: R5.loop
test.each(["signed", "bare"])("the payload of a %s task is parsed once on its way, however large it is", async (how) => {
  await using node = await openNode(how === "signed" ? "sg" : "main");
  const payload = how === "signed" ? node.work() : { kind: "run", brief: "# What?\n" };
  const { length } = JSON.stringify(payload);
  const parse = vi.spyOn(JSON, "parse");
  await (how === "signed" ? node.send(node.work()) : node.script(payload));
  const parsed = parse.mock.calls.filter(([text]) => text.length === length);
  parse.mockRestore();
  expect(parsed).toHaveLength(1);
});

test("a hand-off is accepted: queued, with a signed receipt over its files that follows from it", async () => {
  await using node = await openNode();
  const payload = node.work();
  const { receipt, replayed } = await node.send(payload);
  const { subject, predicate } = said(receipt);
  expect(replayed).toBe(false);
  expect(predicate).toMatchObject({
    node: "sg",
    state: "accepted",
    task: payload.id,
    run,
    epoch: 1,
    attempt: 0,
    index: 0,
    peer: "node:nano",
    signed: true,
  });
  expect(predicate.prev).toBe(sha256Of(JSON.stringify(payload)));
  expect(subject.map(({ name, digest }) => [name, digest.sha256])).toEqual(node.inputs.map(({ name, sha256 }) => [name, sha256]));
  expect(await node.store.task(payload.id)).toMatchObject({ state: "queued", from: "node:nano" });
  expect((await node.store.feed(0, 1))[0]?.envelopes).toHaveLength(2);
  expect(node.accepted).toEqual([payload]);
});

// guarantees: R2.accepted-once
test("the same bytes get the stored first receipt, whatever has happened since", async () => {
  await using node = await openNode();
  const payload = node.work();
  const first = await node.send(payload);
  await node.send(node.work({ kind: "cancel", epoch: 2, from: "main", attachments: [] }), { signer: "main" });
  const again = await node.send(payload, { budgetMs: 0 });
  expect(again).toEqual({ ...first, replayed: true });
  expect(await node.events()).toEqual(["accepted", "fenced"]);
});

test("a copy that is still looked at when the first is accepted gets the first one's receipt", async () => {
  const held = Promise.withResolvers<void>();
  let asked = 0;
  const trusted: typeof trust = {
    ...trust,
    async verifyAside(...signed) {
      if ((asked += 1) === 2) await held.promise;
      return trust.verify(...signed);
    },
  };
  await using node = await openNode("sg", { trusted });
  const payload = node.work();
  const [first, second] = [node.send(payload), node.send(payload)];
  const { receipt } = await first;
  held.resolve();
  expect(await second).toMatchObject({ receipt, replayed: true });
  expect(await node.events()).toEqual(["accepted"]);
});

// guarantees: R2.conflict
test("the same id with other content is a conflict, always", async () => {
  await using node = await openNode();
  const payload = node.work();
  await node.send(payload);
  expect(await refusal(node.send({ ...payload, reason: "other" }))).toMatchObject({ code: "task_conflict" });
});

interface Refused {
  readonly what: string;
  readonly code: string;
  readonly send: (node: Node) => Promise<unknown>;
  /** True for a rejection that is recorded. */
  readonly recorded?: boolean;
  readonly details?: object;
}
const refused: readonly Refused[] = [
  {
    what: "another node's signature",
    code: "signature_invalid",
    send: (node) => node.send(node.work(), { signer: "jp", caller: "nano" }),
    recorded: false,
  },
  { what: "another recipient", code: "wrong_recipient", send: (node) => node.send(node.work({ to: "jp", stage: "jp" })) },
  { what: "another stage", code: "wrong_recipient", send: (node) => node.send(node.work({ stage: "jp" })) },
  { what: "a sender that it isn't from", code: "not_granted", send: (node) => node.send(node.work({ from: "main" })) },
  {
    what: "a close without a bundle",
    code: "malformed_message",
    send: (node) => node.send(node.work({ kind: "close", from: "main", attachments: [] }), { signer: "main" }),
  },
  {
    what: "an unknown contract",
    code: "unknown_artifact",
    send: (node) => node.send(node.work({ attachments: [...replace(node.inputs, "S1.txt", { contract: "other@1" })] })),
  },
  {
    what: "another version",
    code: "unknown_version",
    send: (node) => node.send(node.work({ attachments: replace(node.inputs, "S1.txt", { contract: "source-text@2" }) })),
  },
  {
    what: "a renamed file",
    code: "unknown_artifact",
    send: (node) => node.send(node.work({ attachments: replace(node.inputs, "S1.txt", { name: "pack.txt" }) })),
  },
  {
    what: "a file under the contract of another",
    code: "contract_violation",
    send: (node) => node.send(node.work({ attachments: replace(node.inputs, "S1.txt", { contract: "brief@1" }) })),
  },
  {
    what: "a name that breaks the rule",
    code: "name_invalid",
    send: (node) => node.send(node.work({ attachments: replace(node.inputs, "S1.txt", { name: "../S1.txt" }) })),
    recorded: false,
  },
  {
    what: "a missing input",
    code: "contract_violation",
    send: (node) => node.send(node.work({ attachments: node.inputs.filter(({ name }) => name !== "list.md") })),
  },
  {
    what: "another size than the bytes have",
    code: "digest_mismatch",
    send: (node) => node.send(node.work({ attachments: replace(node.inputs, "S1.txt", { size: 1 }) })),
  },
  {
    what: "bytes that are not here",
    code: "attachments_missing",
    send: (node) => node.send(node.work({ attachments: replace(node.inputs, "S1.txt", { sha256: sha256Of("elsewhere") }) })),
    recorded: false,
    details: { missing: [sha256Of("elsewhere")] },
  },
  {
    what: "bytes that never passed the contract",
    code: "attachments_missing",
    send: async (node) =>
      node.send(
        node.work({
          attachments: [...node.inputs, { ...(await node.hold("list.md", "list@1", "# N\n")), name: "S2.txt", contract: "source-text@1" }],
        }),
      ),
    recorded: false,
    details: { missing: [sha256Of("# N\n")] },
  },
  {
    what: "the run.json of another run",
    code: "contract_violation",
    send: async (node) => {
      const other = await node.hold("run.json", "run@1", JSON.stringify(about(newId())));
      return node.send(node.work({ attachments: replace(node.inputs, "run.json", other) }));
    },
  },
];

// guarantees: R7.refused, R7.contract, R7.names, R8.two-keys
test.each(refused)("$what is refused ($code), and changes nothing", async ({ code, send, recorded = true, details }) => {
  await using node = await openNode();
  const before = await traces(node);
  const error = await refusal(send(node));
  expect(error).toMatchObject({ code, ...(details && { details }) });
  expect(await traces(node)).toEqual(before);
  expect(node.accepted).toEqual([]);
  expect(await node.events()).toEqual(recorded ? ["rejected"] : []);
});

// guarantees: R5.night
test.each(["nano", "main"] as const)("work of %s is never late, however long its sender has had to wait with it", async (from) => {
  await using node = await openNode();
  const payload = node.work({ from, deadline: new Date(now - 1).toISOString() });
  await expect(node.send(payload, { signer: from, budgetMs: 0 })).resolves.toMatchObject({ replayed: false });
});

// guarantees: R6.stale
// guarantees: R8.two-keys
test("on a machine that two nodes share, each role's tasks are signed with its own node's key, whatever node a task names", async () => {
  await using node = await openNode();
  const shared = { ...as("nano"), principal: "node:nano+jp", roles: ["nano", "jp"], nodes: ["nano", "jp"] };
  const send = (changes: Partial<TaskPayload>, signer: keyof typeof signers) => node.send(node.work(changes), { signer, as: shared });
  expect(await refusal(send({ from: "nano" }, "jp"))).toMatchObject({ code: "signature_invalid" });
  expect(await refusal(send({ from: "nano", fromNode: "jp" }, "jp"))).toMatchObject({ code: "signature_invalid" });
  expect(await refusal(send({ from: "nano", fromNode: "jp" }, "nano"))).toMatchObject({ code: "not_granted" });
  expect(await send({ from: "nano", fromNode: "nano" }, "nano")).toMatchObject({ replayed: false });
});

test("a node that no entry leads to sends by its role's key: by the entry's of its role, or by the one named as the role", async () => {
  const caller = { ...as("nano"), principal: "node:nano@n1", nodes: [] };
  for (const roster of [
    ["main", "nano", "sg", "jp"],
    ["main", "sg", "jp"],
  ]) {
    await using node = await openNode("sg", { roster });
    expect(await node.send(node.work(), { as: caller })).toMatchObject({ replayed: false });
    expect(await refusal(node.send(node.work(), { signer: "jp", as: caller }))).toMatchObject({ code: "signature_invalid" });
  }
});

test("a lower epoch is stale, and says which epoch is known", async () => {
  await using node = await openNode();
  await node.send(node.work({ epoch: 3 }));
  const error = await refusal(node.send(node.work({ epoch: 2 })));
  expect(error).toMatchObject({ code: "stale_epoch", details: { epoch: 3 } });
});

// guarantees: R5.nothing-left
test("work of a run that was archived here is stale, so that its sender withdraws it", async () => {
  await using node = await openNode();
  await node.send(node.work({ kind: "close", from: "main", attachments: [], bundle: "b".repeat(64) }), { signer: "main" });
  expect(await refusal(node.send(node.work()))).toMatchObject({
    code: "stale_epoch",
    message: expect.stringContaining("was archived here at epoch 1"),
    details: { epoch: 1 },
  });
});

// guarantees: R2.accepted-once
test("a stage has one task at an epoch", async () => {
  await using node = await openNode();
  await node.send(node.work());
  expect(await refusal(node.send(node.work()))).toMatchObject({ code: "stage_taken" });
  expect((await node.store.statusOf("none")).queue).toEqual({ waiting: 1, running: 0 });
});

test("a full queue asks for patience, and records nothing", async () => {
  await using node = await openNode("sg", { queueLimit: 0 });
  expect(await refusal(node.send(node.work()))).toMatchObject({ code: "queue_full", retryable: true, details: { retryAfter: 5 } });
  expect(await node.events()).toEqual([]);
});

/** Everything that a node has of a run: rows, envelopes, texts, files beside those that its tests gave it, and its feed. */
const leftBy = async ({ store, events }: Node, of: string) => [await store.evidenceOf(of), await events()];

// guarantees: R11.given-out
test("what is handed on with main's grant is taken, and proves that main signs grants", async () => {
  await using node = await openNode();
  await node.send(node.work({ grant: node.grantOf() }));
  expect(await node.store.grounds({ task: newId(), run, blobs: [] })).toMatchObject({ isGranted: true });
});

// guarantees: R11.given-out, R7.refused
test.each<[string, (node: Node) => Partial<TaskPayload>, object]>([
  [
    "the sender has signed itself",
    (node) => ({ grant: node.grantOf({ by: "nano" }) }),
    { code: "signature_invalid", message: expect.stringContaining("not main's") },
  ],
  [
    "is of another run",
    (node) => ({ grant: node.grantOf({ run: newId() }) }),
    { code: "invalid_state", message: expect.stringContaining("Main has not given out run") },
  ],
  [
    "is of an earlier epoch",
    (node) => ({ epoch: 2, grant: node.grantOf() }),
    { code: "invalid_state", message: expect.stringContaining("for epoch 1") },
  ],
  [
    "is over another run.json",
    (node) => ({ grant: node.grantOf({ plan: sha256Of("mine") }) }),
    { code: "invalid_state", message: expect.stringContaining("another run.json") },
  ],
  [
    "places the run elsewhere",
    (node) => ({ nodes: { nano: "nano", sg: "sg" }, grant: node.grantOf({ nodes: { nano: "nano-2", sg: "sg" } }) }),
    { code: "invalid_state", message: expect.stringContaining("other nodes") },
  ],
  [
    "places the sender elsewhere",
    (node) => ({ nodes: { nano: "nano-2", sg: "sg" }, fromNode: "nano", grant: node.grantOf({ nodes: { nano: "nano-2", sg: "sg" } }) }),
    { code: "invalid_state", message: expect.stringContaining("'nano-2'") },
  ],
])("work whose grant %s is refused for good, and nothing of it is left but the signed refusal", async (_, changes, error) => {
  await using node = await openNode();
  expect(await refusal(node.send(node.work(changes(node))))).toMatchObject({ ...error, retryable: false });
  expect(await traces(node)).toEqual({ tasks: [], outbox: [], queue: { waiting: 0, running: 0 } });
  expect(await node.events()).toEqual(["rejected"]);
});

// guarantees: R11.given-out
test("where main signs grants, work without one waits with its sender, and nothing is left of it, until main's word is here", async () => {
  await using node = await openNode();
  await node.send(node.work({ grant: node.grantOf() }));
  const other = newId();
  const attachments = replace(node.inputs, "run.json", await node.hold("run.json", "run@1", JSON.stringify(about(other))));
  const work = node.work({ run: other, attachments });
  const before = await leftBy(node, other);
  expect(await refusal(node.send(work))).toMatchObject({ code: "unavailable", retryable: true, details: { retryAfter: 5 } });
  expect(await leftBy(node, other)).toEqual(before);
  // A cancel is no word for work at its epoch, and neither is a nudge at another one.
  await node.send(node.work({ run: other, kind: "nudge", from: "main", attachments: [] }), { signer: "main" });
  expect(await refusal(node.send({ ...work, epoch: 2 }))).toMatchObject({ code: "unavailable" });
  expect(await node.send(work)).toMatchObject({ replayed: false });
  await node.send(node.work({ run: other, kind: "cancel", epoch: 2, from: "main", attachments: [] }), { signer: "main" });
  expect(await refusal(node.send({ ...work, id: newId(), epoch: 2 }))).toMatchObject({ code: "unavailable" });
});

// guarantees: R10.upgrade
test("as long as no grant was ever seen, main may be of an earlier release: work without one is taken after all other", async () => {
  await using node = await openNode();
  const unproven = node.work();
  await node.send(unproven);
  const dispatched = node.work({ run: newId(), from: "main" });
  const attachments = replace(node.inputs, "run.json", await node.hold("run.json", "run@1", JSON.stringify(about(dispatched.run))));
  await node.send({ ...dispatched, attachments }, { signer: "main" });
  const { tasks } = await node.store.statusOf("open");
  expect(tasks.map(({ row, position }) => [row.id, position])).toEqual([
    [unproven.id, 2],
    [dispatched.id, 1],
  ]);
});

// guarantees: R1.disk-full
test("below the floor of free disk nothing new is taken and nothing changes, but what is known is answered again", async () => {
  await using node = await openNode();
  const known = node.work();
  const { receipt } = await node.send(known);
  const [before, events] = [await traces(node), await node.events()];
  node.disk.isFull = true;
  expect(await refusal(node.send(node.work({ epoch: 2 })))).toMatchObject({ code: "disk_full", status: 507, retryable: true });
  expect([await traces(node), await node.events()]).toEqual([before, events]);
  expect(await node.send(known)).toEqual({ task: known.id, run, receipt, replayed: true });
});

test("a stage whose next role is not in the roster is refused before it is begun", async () => {
  await using node = await openNode("sg", { roster: ["main", "nano"] });
  expect(await refusal(node.send(node.work()))).toMatchObject({ code: "unknown_role" });
});

// guarantees: R7.refused
test("a rejection is signed over the very task that was refused, and its id stays free for a mended one", async () => {
  await using node = await openNode();
  const wrong = node.work({ attachments: node.inputs.filter(({ name }) => name !== "list.md") });
  const { message } = await refusal(node.send(wrong));
  const digest = sha256Of(JSON.stringify(wrong));
  const [entry] = await node.store.feed(0, 1);
  const [receipt] = entry?.envelopes ?? [];
  const { statement } = readReceipt(receipt ?? { payload: "", payloadType: "", signatures: [] }, { trust, node: "sg" });
  expect(statement).toMatchObject({
    subject: [{ name: "task", digest: { sha256: digest } }],
    predicate: { state: "rejected", task: wrong.id, prev: digest, peer: "node:nano", text: { code: "contract_violation" } },
  });
  expect(entry?.texts).toMatchObject([{ sha256: statement.predicate.text?.sha256, text: message }]);
  await expect(node.send({ ...wrong, attachments: node.inputs })).resolves.toMatchObject({ task: wrong.id, replayed: false });
});

// guarantees: R9.texts
test("a nudge is answered with where its run stands, beside the receipt that names it, and a replay with the same", async () => {
  await using node = await openNode();
  await node.send(node.work());
  const nudge = node.work({ kind: "nudge", from: "main", attachments: [] });
  const { receipt, texts = [], replayed } = await node.send(nudge, { signer: "main" });
  expect([replayed, texts.map(({ text }) => text)]).toEqual([false, ["sg at epoch 1 waits in the queue, place 1 of 1, behind 0 that run"]]);
  expect(said(receipt).predicate).toMatchObject({ state: "accepted", text: { code: "nudge", sha256: texts[0]?.sha256 } });
  expect(payloadOf(receipt).toString("utf8")).not.toContain("waits in the queue");
  expect(await node.send(nudge, { signer: "main" })).toMatchObject({ receipt, texts, replayed: true });
  expect(
    await node.send(node.work({ run: newId(), kind: "cancel", from: "main", attachments: [] }), { signer: "main" }),
  ).not.toHaveProperty("texts");
});

// guarantees: R7.refused
test("rejections are recorded ten times a minute for a peer, and then counted", async () => {
  await using node = await openNode();
  for (let times = 0; times < 13; times += 1) await refusal(node.send(node.work({ stage: "jp" })));
  expect(await node.events()).toHaveLength(10);
  node.pass(60_001);
  await refusal(node.send(node.work({ stage: "jp" })));
  const { envelopes: [receipt] = [], texts = [] } = (await node.store.feed(10, 1))[0] ?? {};
  expect(receipt && said(receipt).predicate).toMatchObject({ state: "rejected", peer: "node:nano" });
  expect(texts.map(({ text }) => text)).toEqual([expect.stringContaining("3 more were refused")]);
});

test("a close is answered with a receipt over the bundle, and ends the run here", async () => {
  await using node = await openNode();
  const payload = node.work();
  await node.send(payload);
  const bundle = sha256Of("manifest");
  const { receipt } = await node.send(node.work({ kind: "close", from: "main", attachments: [], bundle }), { signer: "main" });
  expect(said(receipt)).toMatchObject({ predicate: { state: "archived" }, subject: [{ digest: { sha256: bundle } }] });
  expect((await node.store.task(payload.id))?.state).toBe("fenced");
});

test("a script starts a run with a brief; main fills in the rest, and the run begins with its task", async () => {
  await using node = await openNode("main");
  const { task, receipt } = await node.script({ kind: "run", brief: "What?" });
  expect((await node.store.task(task))?.payload).toMatchObject({
    v: 1,
    id: task,
    run: task,
    kind: "run",
    stage: "main",
    epoch: 0,
    from: "local",
    to: "main",
    brief: "What?",
  });
  expect(await node.store.run(task)).toMatchObject({ id: task, epoch: 0, ended: false });
  expect(said(receipt).predicate).toMatchObject({ state: "accepted", signed: false });
});

test("a run's id makes it idempotent", async () => {
  await using node = await openNode("main");
  const request = { kind: "run", id: newId(), brief: "What?" };
  const first = await node.script(request);
  expect(await node.script(request)).toEqual({ ...first, replayed: true });
  expect(await refusal(node.script({ ...request, brief: "Why?" }))).toMatchObject({ code: "task_conflict" });
});

test.each([
  { what: "no brief", request: {}, code: "contract_violation" },
  { what: "a brief that breaks its contract", request: { brief: " " }, code: "contract_violation" },
  { what: "a renamed source", request: { brief: "What?", name: "pack.md" }, code: "unknown_artifact" },
  { what: "an over-long name", request: { brief: "What?", name: `S${"1".repeat(140)}.md` }, code: "name_invalid" },
  { what: "an id that is none", request: { brief: "What?", id: "1" }, code: "malformed_message" },
  { what: "a clock of 30 days", request: { brief: "What?", clocks: { startToClose: 30 * 86_400_000 } }, code: "malformed_message" },
  { what: "a clock that no date can hold", request: { brief: "What?", clocks: { scheduleToClose: 2 ** 53 } }, code: "malformed_message" },
  { what: "a clock of no time", request: { brief: "What?", clocks: { heartbeat: 0 } }, code: "malformed_message" },
  { what: "a deadline in another age", request: { brief: "What?", deadline: "9999-12-31T23:59:59Z" }, code: "malformed_message" },
  { what: "a deadline that has passed", request: { brief: "What?", deadline: new Date(now - 1).toISOString() }, code: "too_late" },
])(
  "a run with $what is refused ($code), and leaves nothing, not even an event",
  async ({ request: { name, ...request }, code }: { request: { name?: string }; code: string }) => {
    await using node = await openNode("main");
    const attachments = name === undefined ? [] : [{ ...(await node.hold("S1.md", "source@1", "# S\n")), name }];
    const error = await refusal(node.script({ kind: "run", attachments, ...request }));
    expect(error.code).toBe(code);
    expect(error.details.unmet?.length ?? 0).toBeGreaterThanOrEqual(code === "too_late" ? 0 : 1);
    const { size, tasks } = await node.store.statusOf("open");
    expect([size, await node.store.runs(), tasks]).toEqual([0, [], []]);
  },
);

// guarantees: R7.small
test("a run with more attachments than a task may have is refused by their number, before any name is looked at", async () => {
  await using node = await openNode("main");
  const attachments = Array.from({ length: 2_049 }, () => ({ name: "../x" }));
  expect(await refusal(node.script({ kind: "run", brief: "What?", attachments }))).toMatchObject({
    code: "malformed_message",
    message: expect.stringContaining("2049"),
  });
  expect(await refusal(node.script({ kind: "run", brief: "What?", attachments: attachments.slice(1) }))).toMatchObject({
    code: "name_invalid",
  });
});

// guarantees: R7.refused
test("what a clock may be is said once, in one sentence; the longest is taken, and so is a deadline of next year", async () => {
  await using node = await openNode("main");
  const error = await refusal(node.script({ kind: "run", brief: "What?", clocks: { startToClose: 2 ** 53 } }));
  const expected = "a whole number of milliseconds, from 1 to 1209600000 (14 days)";
  expect(error.message).toContain(`clocks.startToClose: expected ${expected}`);
  expect(error.details.unmet).toEqual([expect.objectContaining({ path: "clocks.startToClose", expected })]);
  const deadline = new Date(now + longestDeadline).toISOString();
  await node.script({ kind: "run", brief: "What?", clocks: { startToClose: longestClock }, deadline });
});

test("a brief that is inline and attached is refused", async () => {
  await using node = await openNode("main");
  const attachments = node.inputs.filter((one) => one.name === "brief.md");
  expect(await refusal(node.script({ kind: "run", brief: "What?", attachments }))).toMatchObject({ code: "contract_violation" });
});

test("a field that nobody reads is refused where the task was written by hand, with the name that was meant; programs may send it", async () => {
  await using node = await openNode("main");
  const error = await refusal(node.script({ kind: "run", breif: "What?" }, true));
  const fix = "write 'brief', or leave 'breif' out";
  expect(error).toMatchObject({ code: "malformed_message", message: `The task has a field that is not known here, breif: ${fix}.` });
  expect(error.details.unmet).toEqual([expect.objectContaining({ path: "breif", fix })]);
  await node.script({ kind: "run", brief: "What?", later: [1] });
});

test("two sources of one number are refused, with the name that would do: the text of each is named by what stands before its dot", async () => {
  await using node = await openNode("main");
  const one = await node.hold("S1.md", "source@1", "# S\n");
  const attachments = [one, { ...one, name: "S1.txt" }, { ...one, name: "S2.md" }];
  const error = await refusal(node.script({ kind: "run", brief: "What?", attachments }));
  expect(error).toMatchObject({
    code: "contract_violation",
    message: "Sources are told apart by their numbers; S1.txt has S1, as S1.md has.",
  });
  expect(error.details.unmet).toEqual([expect.objectContaining({ file: "S1.txt", fix: "name it S3.txt" })]);
  await node.script({ kind: "run", brief: "What?", attachments: [one, { ...one, name: "S3.txt" }] });
});

test("a brief may begin with a byte order mark, which is no part of it", async () => {
  await using node = await openNode("main");
  const { run } = await node.script({ kind: "run", brief: "\ufeffWhat?" });
  expect(await node.store.run(run)).toMatchObject({ state: { brief: "What?" } });
});

test("work may not come without a signature", async () => {
  await using node = await openNode();
  expect(await refusal(node.script(node.work()))).toMatchObject({ code: "signature_invalid" });
});

test("a last hop of a run that main doesn't know, or at an epoch that it never gave, is refused", async () => {
  await using node = await openNode("main");
  const attachments = [...node.inputs.filter(({ name }) => name === "run.json"), await node.hold("final.txt", "final@1", "# Final\n")];
  const hop = (changes: Partial<TaskPayload>) => node.send(node.work({ from: "jp", attachments, ...changes }), { signer: "jp" });
  expect(await refusal(hop({}))).toMatchObject({ code: "not_found" });
  const { run: known } = await node.script({ kind: "run", brief: "What?" });
  const about1 = await node.hold("run.json", "run@1", JSON.stringify(about(known)));
  const never = { run: known, attachments: replace(attachments, "run.json", about1) };
  expect(await refusal(hop(never))).toMatchObject({ code: "invalid_state" });
  // A host that works on a run that closes or has ended was never told so: there is nothing that a person could do.
  node.over.add(known);
  expect(await refusal(hop(never))).toMatchObject({ code: "stale_epoch", message: expect.stringContaining("takes no result any more") });
});

// guarantees: R3.believed, R3.chain
test("whatever a node takes, in whatever order: the receipt of it stands beside the very task, in one entry of the feed", async () => {
  const task = record({
    kind: constantFrom<TaskPayload["kind"][]>("work", "cancel", "nudge", "close"),
    epoch: integer({ min: 1, max: 4 }),
  });
  await assert(
    asyncProperty(array(task, { minLength: 1, maxLength: 8 }), async (tasks) => {
      await using node = await openNode("sg");
      let taken = 0;
      for (const { kind, epoch } of tasks) {
        const isWork = kind === "work";
        const from = isWork ? "nano" : "main";
        const rest = {
          ...(!isWork && { attachments: [] }),
          ...(isWork && { prev: sha256Of(from) }),
          ...(kind === "close" && { bundle: sha256Of("b") }),
        };
        const payload = node.work({ kind, epoch, from, stage: "sg", ...rest });
        taken += await node.send(payload, { signer: from }).then(
          () => 1,
          () => 0,
        );
      }
      const entries = (await node.store.feed(0, 1000)).map(({ envelopes: [receipt, sent, ...others] }) => ({ receipt, sent, others }));
      const acceptances = entries.flatMap(({ receipt, sent, others }) => {
        const statement = receipt && readReceipt(receipt, { trust, node: "sg" }).statement;
        return statement?.predicate.state === "rejected" ? [] : [{ statement, sent, others }];
      });
      expect(acceptances).toHaveLength(taken);
      for (const { statement, sent, others } of acceptances) {
        if (statement === undefined || sent === undefined) throw new Error("a receipt stands alone");
        expect(doubtAbout(statement, { payload: parseTask(payloadOf(sent)), digest: payloadDigest(sent) })).toBeUndefined();
        expect(others).toEqual([]);
      }
    }),
    { numRuns: 8 },
  );
});
