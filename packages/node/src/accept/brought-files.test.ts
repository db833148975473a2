import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUIDv7 } from "node:crypto";
import { type Attachment, refOf, sha256Of, type TaskPayload, taskPayloadType, TasukiError } from "@tasuki/protocol";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { run as runArtifact } from "@tasuki/contracts/artifacts/run";
import { createNotary, signEnvelope } from "@tasuki/evidence";
import { makeSigner, makeTrust, testSalt } from "@tasuki/evidence/testing";
import { type Caller, travelLimit } from "@tasuki/bus";
import { openTask, parseTaskRequest } from "@tasuki/bus/testing";
import { openStore, publish } from "@tasuki/store";
import { endlessDisk } from "@tasuki/store/testing";
import { assert, asyncProperty, base64String, constantFrom, oneof, string, subarray } from "fast-check";
import { expect, test } from "vitest";
import { smallPipeline as pipeline } from "../testing/small-pipeline.ts";
import { createTaskHandler } from "./create-task-handler.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const clock = { now: () => now, monotonic: () => 0 };
const newId = (): string => randomUUIDv7();
const signers = { nano: makeSigner(), sg: makeSigner() };
const run = newId();
const plan = runArtifact.write({
  contract: refOf(runArtifact),
  run,
  brief: sha256Of("# Why?\n"),
  profile: "plain",
  sources: [],
  route: pipeline.roles.map(({ name }) => ({ role: name, consumes: [], produces: [] })),
  versions: {},
  clocks: { scheduleToStart: 1, heartbeat: 1, startToClose: 1, scheduleToClose: 1 },
  deadline: new Date(now).toISOString(),
});
const texts: Readonly<Record<string, readonly [contract: string, text: string]>> = {
  "run.json": ["run@1", plan],
  "brief.md": ["brief@1", "# Why?\n"],
  "S1.txt": ["source-text@1", "# One\n"],
  "list.md": ["list@1", "# List\n"],
};
const attachments = Object.entries(texts).map(([name, [contract, text]]): Attachment => ({
  name,
  contract,
  size: Buffer.byteLength(text),
  sha256: sha256Of(text),
}));
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const all = Object.values(texts).map(([, text]) => base64(text));
const granted = ["run", "brief", "source-text", "list"];

interface Sending {
  readonly files?: readonly string[];
  readonly changes?: Partial<TaskPayload>;
  readonly contracts?: readonly string[];
  readonly maxBytes?: number;
  readonly caller?: Partial<Caller>;
}

/** A node of role sg that has none of a task's files, and whom nano hands it on to. */
async function openNode({ queueLimit = 10 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-brought-"));
  const store = await openStore({ folder, clock, newId });
  const disk = { isFull: false };
  const handler = createTaskHandler({
    role: "sg",
    node: "sg",
    pipeline,
    store,
    notary: createNotary({ node: "sg", role: "sg", instance: store.instance, signer: signers.sg, clock, salt: testSalt }),
    trust: makeTrust(signers),
    roster: Object.fromEntries(["main", "nano", "jp"].map((name) => [name, { role: name, url: "http://node.invalid" }])),
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
    isAtWork: () => false,
    onAccepted: () => undefined,
  });
  const work = (changes: Partial<TaskPayload> = {}): TaskPayload => ({
    v: 1,
    id: newId(),
    kind: "work",
    run,
    stage: "sg",
    epoch: 1,
    from: "nano",
    to: "sg",
    attachments,
    ...changes,
  });
  const send = ({ files = all, changes, contracts = granted, maxBytes = 1_000_000, caller }: Sending = {}) => {
    const envelope = signEnvelope(Buffer.from(JSON.stringify(work(changes))), taskPayloadType, signers.nano);
    const permissions: Caller["permissions"] = [{ v: 1, call: "upload", to: "sg", contracts: [...contracts], maxBytes }];
    return handler(parseTaskRequest(openTask(envelope, files), {}).request, {
      principal: "node:nano",
      roles: ["nano"],
      nodes: ["nano"],
      permissions,
      ...caller,
    });
  };
  return {
    store,
    disk,
    send,
    /** Rest of what was sent: tasks, blobs in rows, and files. */
    async left() {
      const files = await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true });
      return {
        tasks: (await store.statusOf({ run })).tasks.length,
        blobs: (await store.blobsOf(attachments.map(({ sha256 }) => sha256))).size,
        files: files.filter((entry) => entry.isFile()).length,
      };
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
const nothing = { tasks: 0, blobs: 0, files: 0 };
const refusal = (answer: Promise<unknown>): Promise<TasukiError> =>
  answer.then(
    () => Promise.reject(new Error("it was accepted")),
    (error: TasukiError) => error,
  );

test("a task is accepted with the files that come with it, each under its contract", async () => {
  await using node = await openNode();
  expect((await node.send()).replayed).toBe(false);
  const blobs = await node.store.blobsOf(attachments.map(({ sha256 }) => sha256));
  for (const { sha256, size, contract, name } of attachments) {
    expect(blobs.get(sha256)).toEqual({ size, contracts: [contract] });
    expect((await node.store.blobs.read(sha256)).toString()).toBe(texts[name]?.[1]);
  }
});

test("files that don't come with it must be here, and those that do are not asked for; of a 409 nothing is left", async () => {
  await using node = await openNode();
  await assert(
    asyncProperty(subarray(all, { maxLength: all.length - 1 }), async (files) => {
      const lacking = attachments.filter((_, at) => !files.includes(all[at] ?? "")).map(({ sha256 }) => sha256);
      const { code, details } = await refusal(node.send({ files }));
      expect([code, details.missing]).toEqual(["attachments_missing", lacking]);
      expect(await node.left()).toEqual(nothing);
    }),
  );
});

test("what is here already is taken as it is, whether it comes with the task or not", async () => {
  await using node = await openNode();
  for (const [contract, text] of Object.values(texts)) await publish(node.store, Buffer.from(text), { contract, now });
  // The sender may upload nothing: it brings nothing that is not here.
  expect((await node.send({ contracts: [] })).replayed).toBe(false);
});

// guarantees: R2.accepted-once
test("a task that was accepted before is answered as it was, whatever comes with it now", async () => {
  await using node = await openNode();
  const changes = { id: newId() };
  const first = await node.send({ changes });
  for (const files of [[], ["!"], [base64("nobody's")]]) expect(await node.send({ changes, files })).toEqual({ ...first, replayed: true });
});

const replaced = (at: number, text: string): string[] => all.with(at, text);
const big = "x".repeat(travelLimit.ofFile + 1);

// guarantees: R7.refused, R7.contract
test.each<readonly [what: string, sending: Sending, code: string]>([
  ["bytes that it does not name", { files: [...all, base64("nobody's")] }, "digest_mismatch"],
  ["other bytes in place of a file", { files: replaced(3, base64("# Other\n")) }, "digest_mismatch"],
  ["a file twice", { files: [...all, ...all.slice(0, 1)] }, "malformed_message"],
  ["text that is no base64", { files: replaced(3, "# List") }, "malformed_message"],
  ["base64 without its padding", { files: replaced(3, base64("# List\n").replaceAll("=", "")) }, "malformed_message"],
  ["base64 with line breaks", { files: replaced(3, `${base64("# List\n")}\n`) }, "malformed_message"],
  ["base64 for URLs", { files: replaced(3, "_-8=") }, "malformed_message"],
  ["base64 whose last bits say something else", { files: replaced(3, "IyBMaXN0Ch==") }, "malformed_message"],
  ["a file that is too large to travel", { files: [...all, base64(big)] }, "too_large"],
  ["files of another size than it says", { changes: { attachments: attachments.map((one) => ({ ...one, size: 1 })) } }, "digest_mismatch"],
  [
    "files under another contract",
    { changes: { attachments: attachments.with(3, { ...attachmentAt(3), contract: "review@1" }) } },
    "contract_violation",
  ],
  ["a file that its sender may not upload", { contracts: granted.slice(0, 3) }, "not_granted"],
  ["files that are larger than its sender may upload", { maxBytes: 100 }, "not_granted"],
  [
    "a file whose upload is granted to another role of its machine",
    { caller: { permissionsByRole: new Map([["nano", []]]) } },
    "not_granted",
  ],
  ["a file of another run's plan", { changes: { run: newId() } }, "contract_violation"],
  ["a file that breaks its contract", breaking(), "contract_violation"],
])("a task with %s is refused, and nothing is left of it", async (_, sending, code) => {
  await using node = await openNode();
  expect(await refusal(node.send(sending))).toMatchObject({ code });
  expect(await node.left()).toEqual(nothing);
});

function attachmentAt(at: number): Attachment {
  const [attachment] = attachments.slice(at, at + 1);
  if (attachment === undefined) throw new Error(`there is no attachment ${at}`);
  return attachment;
}

/** A run.json that is none, with the digest and the size that it has. */
function breaking(): Sending {
  const text = "{}";
  const changes = { attachments: attachments.with(0, { ...attachmentAt(0), sha256: sha256Of(text), size: text.length }) };
  return { files: replaced(0, base64(text)), changes };
}

// guarantees: R7.refused
test("where neither the queue nor the disk has room for it, nothing is left of a task's files either", async () => {
  await using node = await openNode({ queueLimit: 0 });
  expect(await refusal(node.send())).toMatchObject({ code: "queue_full" });
  expect(await node.left()).toEqual(nothing);
  node.disk.isFull = true;
  expect(await refusal(node.send())).toMatchObject({ code: "disk_full" });
  expect(await node.left()).toEqual(nothing);
});

test("whatever texts come with a task, it is accepted with its very files or refused with nothing left", async () => {
  await using node = await openNode();
  const text = oneof(constantFrom(...all), base64String({ maxLength: 40 }), string({ maxLength: 40 }));
  await assert(
    asyncProperty(text, text, async (one, other) => {
      const { code } = await refusal(node.send({ files: [one, other, ...all.slice(1)] }));
      expect(["malformed_message", "digest_mismatch", "attachments_missing"]).toContain(code);
      expect(await node.left()).toEqual(nothing);
    }),
    { numRuns: 200 },
  );
});

test("files that are too large together are refused before anything of the task is looked at", () => {
  const envelope = signEnvelope(Buffer.from("{}"), taskPayloadType, signers.nano);
  const file = Buffer.alloc(travelLimit.ofFile).toString("base64");
  expect(openTask(envelope, [file, file, file, file]).files).toHaveLength(4);
  expect(() => openTask(envelope, [file, file, file, file, base64("one more")])).toThrow(expect.objectContaining({ code: "too_large" }));
});
