import { type Receipt, receiptPayloadType, sha256Of, taskPayloadType } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { payloadOf, signEnvelope } from "./envelope.ts";
import { claimedReceipt, readReceipt, toReceipt } from "./receipt.ts";
import { makeSigner, makeTrust } from "./testing/signers.ts";

const nano = makeSigner();
const sg = makeSigner();
const trust = makeTrust({ nano, sg });
const id = "01936b1c-0000-7000-8000-000000000001";
const a = "a".repeat(64);
const b = "b".repeat(64);
const receipt: Receipt = {
  node: "nano",
  instance: id,
  role: "nano",
  run: id,
  stage: "nano",
  task: id,
  epoch: 1,
  attempt: 0,
  state: "accepted",
  at: "2026-11-24T12:00:00.000Z",
  index: 7,
  peer: "main",
};

test("a receipt is an in-toto statement over the files, and reads as what was signed", () => {
  const envelope = toReceipt(receipt, [{ name: "brief.md", sha256: a }], nano);
  const { statement, digest } = readReceipt(envelope, { trust, node: "nano" });
  expect(statement).toEqual({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "brief.md", digest: { sha256: a } }],
    predicateType: "https://tasuki.dev/receipt/v1",
    predicate: receipt,
  });
  expect(digest).toBe(sha256Of(payloadOf(envelope)));
  expect(toReceipt({ ...receipt }, [{ name: "brief.md", sha256: a }], nano)).toEqual(envelope);
});

test("fields that a later version adds pass, and stay", () => {
  const envelope = toReceipt({ ...receipt, later: "x" }, [{ name: "brief.md", sha256: a }], nano);
  expect(readReceipt(envelope, { trust, node: "nano" }).statement.predicate).toMatchObject({ later: "x" });
});

test("subjects have names of their own: a repeated one stands once, a contradiction is refused, and so is none", () => {
  const subjects = [
    { name: "S1.txt", sha256: a },
    { name: "S1.txt", sha256: a },
  ];
  expect(readReceipt(toReceipt(receipt, subjects, nano), { trust, node: "nano" }).statement.subject).toHaveLength(1);
  expect(() => toReceipt(receipt, [...subjects, { name: "S1.txt", sha256: b }], nano)).toThrow(/two files 'S1.txt'/);
  expect(() => toReceipt(receipt, [], nano)).toThrow(/needs a subject/);
});

test("a receipt in another node's name, by another node's key, or of another kind is no receipt of the node", () => {
  const subjects = [{ name: "brief.md", sha256: a }];
  const refused = expect.objectContaining({ code: "signature_invalid" });
  expect(() => readReceipt(toReceipt(receipt, subjects, sg), { trust, node: "sg" })).toThrow(refused);
  expect(() => readReceipt(toReceipt(receipt, subjects, sg), { trust, node: "nano" })).toThrow(refused);
  const task = signEnvelope(payloadOf(toReceipt(receipt, subjects, nano)), taskPayloadType, nano);
  expect(() => readReceipt(task, { trust, node: "nano" })).toThrow(refused);
  expect(() => readReceipt({ ...task, payloadType: receiptPayloadType }, { trust, node: "nano" })).toThrow(refused);
});

test("what a node signed but is no statement, one of another predicate, or one that names a file twice, is malformed", () => {
  const { statement } = readReceipt(toReceipt(receipt, [{ name: "brief.md", sha256: a }], nano), { trust, node: "nano" });
  const twice = [...statement.subject, { name: "brief.md", digest: { sha256: b } }];
  for (const payload of [
    "{}",
    "not JSON",
    "\u{feff}{}",
    JSON.stringify({ ...statement, predicateType: "https://example.com/other" }),
    JSON.stringify({ ...statement, subject: twice }),
  ])
    expect(() => readReceipt(signEnvelope(Buffer.from(payload), receiptPayloadType, nano), { trust, node: "nano" })).toThrow(
      expect.objectContaining({ code: "malformed_message" }),
    );
});

test("a claim is read whoever signed it, and where nobody did", () => {
  const envelope = toReceipt(receipt, [{ name: "brief.md", sha256: a }], makeSigner());
  expect(claimedReceipt(envelope)?.predicate).toEqual(receipt);
  expect(claimedReceipt({ ...envelope, signatures: [] })?.predicate).toEqual(receipt);
  expect(claimedReceipt({ ...envelope, payloadType: taskPayloadType })).toBeUndefined();
});

test("an envelope that holds no receipt claims nothing", () => {
  for (const payload of ["{}", "not JSON", JSON.stringify({ predicate: receipt })])
    expect(claimedReceipt(signEnvelope(Buffer.from(payload), receiptPayloadType, makeSigner()))).toBeUndefined();
  expect(claimedReceipt({ payload: "no base64!", payloadType: receiptPayloadType, signatures: [] })).toBeUndefined();
});
