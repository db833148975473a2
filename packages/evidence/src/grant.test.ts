import { type Grant, grantPayloadType, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { signEnvelope } from "./envelope.ts";
import { doubtAboutGrant, readGrant } from "./grant.ts";
import { createNotary } from "./notary.ts";
import { makeSigner, makeTrust, testSalt } from "./testing/index.ts";

const id = (n: number): string => `0197c0de-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
const [old, main, nano] = [makeSigner(), makeSigner(), makeSigner()];
const trust = makeTrust({ main: [old, main], nano });
const plan = "a".repeat(64);
const nodes = { main: "main", nano: "nano-2", sg: "sg" };
const grant: Grant = { v: 1, run: id(1), epoch: 2, plan, nodes };
const signedBy = (signer: typeof main, said: object = grant, type = grantPayloadType) =>
  signEnvelope(Buffer.from(JSON.stringify(said)), type, signer);
const nodesOf = { trust, nodes: ["main"] };

const task: TaskPayload = {
  v: 1,
  id: id(2),
  kind: "work",
  run: id(1),
  stage: "sg",
  epoch: 2,
  from: "nano",
  fromNode: "nano-2",
  to: "sg",
  nodes,
  attachments: [{ name: "run.json", contract: "run@1", size: 1, sha256: plan }],
};

test("a grant is main's under any key that is pinned for main, one of before a rotation too", async () => {
  const notary = createNotary({ node: "main", role: "main", instance: id(9), signer: main, clock: { now: () => 1 }, salt: testSalt });
  expect(await readGrant(notary.grant(grant), nodesOf)).toEqual(grant);
  expect(await readGrant(signedBy(old), { trust, nodes: ["main-0", "main"] })).toEqual(grant);
  expect(doubtAboutGrant(grant, task)).toBeUndefined();
});

// guarantees: R11.given-out
test.each([
  ["another node has signed", signedBy(nano), "signature_invalid"],
  ["is another message of main's", signedBy(main, task, taskPayloadType), "signature_invalid"],
  ["main has signed and is no grant", signedBy(main, { v: 1, run: "x" }), "malformed_message"],
])("what %s is no grant", async (_, envelope, code) => {
  await expect(readGrant(envelope, nodesOf)).rejects.toMatchObject({ code });
});

// guarantees: R11.given-out
test.each<[string, Partial<TaskPayload>]>([
  ["run", { run: id(3) }],
  ["epoch", { epoch: 3 }],
  ["run.json", { attachments: [{ name: "run.json", contract: "run@1", size: 1, sha256: "b".repeat(64) }] }],
  ["run.json", { attachments: [] }],
  ["other nodes", { nodes: { ...nodes, sg: "sg-2" } }],
  ["other nodes", { nodes: { ...nodes, jp: "jp" } }],
  ["other nodes", { nodes: undefined }],
  ["'nano-2'", { fromNode: "nano" }],
  ["'nano-2'", { fromNode: undefined }],
])("a grant of another %s grants nothing of this task", (what, changes) => {
  expect(doubtAboutGrant(grant, { ...task, ...changes })).toContain(what);
});

test("a grant of a run of the first releases places it on no nodes", () => {
  const { nodes: _, ...rest } = grant;
  const { nodes: __, fromNode: ___, ...before } = task;
  expect(doubtAboutGrant(rest, before)).toBeUndefined();
});
