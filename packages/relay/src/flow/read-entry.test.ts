import { randomUUIDv7 } from "node:crypto";
import type { Envelope, FeedEntry, TaskPayload } from "@tasuki/contracts";
import { makeSigner, makeTrust } from "@tasuki/evidence/testing";
import { expect, test } from "vitest";
import { createNotary } from "../node/create-notary.ts";
import type { ReceiptFacts } from "../node/notary.ts";
import { createEntryReader } from "./read-entry.ts";

const run = randomUUIDv7();
const clock = { now: () => Date.parse("2026-11-24T12:00:00Z") };
const signers = { main: makeSigner(), nano: makeSigner(), sg: makeSigner() };
const trust = makeTrust({ nano: signers.nano, sg: signers.sg });
const instance = randomUUIDv7();
const notaryOf = (role: keyof typeof signers, signer = signers[role], node: string = role) =>
  createNotary({ node, role, instance, signer, clock });
const list = { name: "list.md", sha256: "a".repeat(64) };
const attachment = { ...list, contract: "list@1", size: 3 };
const handOff = (changes: Partial<TaskPayload> = {}): TaskPayload => ({
  v: 1,
  id: randomUUIDv7(),
  kind: "work",
  run,
  stage: "sg",
  epoch: 1,
  from: "nano",
  to: "sg",
  attachments: [attachment],
  prev: "b".repeat(64),
  ...changes,
});
const factsOf = ({ id }: TaskPayload, changes: Partial<ReceiptFacts> = {}): ReceiptFacts => ({
  run,
  stage: "sg",
  task: id,
  epoch: 1,
  attempt: 0,
  state: "accepted",
  subjects: [list],
  ...changes,
});

function reader(sent: Readonly<Record<string, TaskPayload>> = {}) {
  const complaints: unknown[] = [];
  const say = (fields: object): void => void complaints.push(fields);
  const logger = { debug: say, info: say, warn: say, error: say };
  const read = createEntryReader({ trust, nodeOf: (role) => role, sent: (_run, digest) => sent[digest], logger });
  return { complaints, read };
}
const entry = (index: number, ...envelopes: Envelope[]): FeedEntry => ({ index, leaf: "{}", envelopes });
const accepted = (payload: TaskPayload, digest: string, { index = 0, subjects = [list], notary = notaryOf("sg") } = {}): Envelope => {
  const [receipt] = notary.receipt(factsOf(payload, { prev: digest, subjects }))(index).envelopes;
  if (receipt === undefined) throw new Error("there is no receipt");
  return receipt;
};

test("an 'accepted' with the signed task that it answers proves the hand-off that the task follows from", () => {
  const payload = handOff();
  const { envelope, digest } = notaryOf("nano").task(payload);
  const { read, complaints } = reader();
  const { facts, envelopes, instance: seen } = read(entry(3, accepted(payload, digest, { index: 3 }), envelope), "sg");
  expect(facts).toMatchObject([{ run, event: { is: "receipt", follows: payload.prev, receipt: { state: "accepted", task: payload.id } } }]);
  expect([envelopes.length, seen, complaints]).toEqual([2, instance, []]);
});

// guarantees: R3.proven
test("an 'accepted' over other files than the task's, or in the name of another task, proves nothing", () => {
  const payload = handOff();
  const { envelope, digest } = notaryOf("nano").task(payload);
  for (const subjects of [[{ ...list, sha256: "c".repeat(64) }], [list, { ...list, name: "more.md" }], [{ ...list, name: "other.md" }]]) {
    const { read, complaints } = reader();
    expect(read(entry(0, accepted(payload, digest, { subjects }), envelope), "sg").facts).toEqual([]);
    expect(complaints).toHaveLength(1);
  }
  expect(reader({ [digest]: payload }).read(entry(0, accepted(handOff(), digest)), "sg").facts).toEqual([]);
});

test.each([
  ["of a key that is not pinned", accepted(handOff(), "d".repeat(64), { notary: notaryOf("sg", makeSigner()) })],
  ["signed by another node than it names", accepted(handOff(), "d".repeat(64), { notary: notaryOf("sg", signers.nano) })],
  ["in the name of another node", accepted(handOff(), "d".repeat(64), { notary: notaryOf("sg", signers.sg, "nano") })],
  ["signed for another place in the feed", accepted(handOff(), "d".repeat(64), { index: 7 })],
  ["in main's name, from a role's feed", accepted(handOff(), "d".repeat(64), { notary: notaryOf("main") })],
])("a receipt %s is not counted, and not kept", (_, receipt) => {
  const { read } = reader();
  expect(read(entry(0, receipt), "sg")).toMatchObject({ facts: [], envelopes: [] });
});

test("a task that its sender didn't sign is not counted, nor one in main's name", () => {
  const { read } = reader();
  const forged = notaryOf("sg").task(handOff()).envelope;
  const mains = notaryOf("main").task(handOff({ from: "main" })).envelope;
  const unsigned = { ...notaryOf("nano").task(handOff()).envelope, signatures: [] };
  for (const envelope of [forged, mains, unsigned]) expect(read(entry(0, envelope), "nano")).toMatchObject({ facts: [], envelopes: [] });
});

test("a 'produced' gives the files that are handed on with it, and its stage's dispatch", () => {
  const payload = handOff();
  const facts = factsOf(payload, { stage: "nano", state: "produced" });
  let digest = "";
  const { envelopes } = notaryOf("nano").receipt(facts, (receipt) => {
    digest = receipt;
    return [notaryOf("nano").task({ ...payload, prev: receipt }).envelope];
  })(0);
  const { read } = reader();
  expect(read(entry(0, ...envelopes), "nano").facts).toMatchObject([
    { event: { is: "receipt", digest, outputs: [attachment], receipt: { state: "produced" } } },
    { event: { is: "dispatched", stage: "sg", from: "nano", follows: digest } },
  ]);
});

test("a nudge that was accepted says nothing about the stage", () => {
  const nudge = handOff({ kind: "nudge", from: "main", attachments: [] });
  const { digest } = notaryOf("main").task(nudge);
  const receipt = accepted(nudge, digest, { subjects: [{ name: "task", sha256: digest }] });
  expect(reader({ [digest]: nudge }).read(entry(0, receipt), "sg").facts).toEqual([]);
});
