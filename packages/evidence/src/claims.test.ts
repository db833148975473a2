import { receiptPayloadType, taskPayloadType } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { claimedReceipt, parseTask } from "./claims.ts";
import { signEnvelope } from "./envelope.ts";
import { toReceipt } from "./receipt.ts";
import { makeSigner } from "./testing/signers.ts";

const id = "01936b1c-0000-7000-8000-000000000001";
const about = { node: "nano", instance: id, role: "nano", run: id, stage: "nano", task: id, epoch: 1, attempt: 0, index: 7 };
const stranger = makeSigner();

test("a claim is read whoever signed it, and where nobody did", () => {
  const receipt = { ...about, state: "accepted" as const, at: "2026-11-24T12:00:00.000Z" };
  const envelope = toReceipt(receipt, [{ name: "brief.md", sha256: "a".repeat(64) }], stranger);
  expect(claimedReceipt(envelope)?.predicate).toEqual(receipt);
  expect(claimedReceipt({ ...envelope, signatures: [] })?.predicate).toEqual(receipt);
  expect(claimedReceipt({ ...envelope, payloadType: taskPayloadType })).toBeUndefined();
});

test("an envelope that holds no receipt claims nothing", () => {
  for (const payload of ["{}", "not JSON", JSON.stringify({ predicate: about })])
    expect(claimedReceipt(signEnvelope(Buffer.from(payload), receiptPayloadType, stranger))).toBeUndefined();
  expect(claimedReceipt({ payload: "no base64!", payloadType: receiptPayloadType, signatures: [] })).toBeUndefined();
});

test("a task that is not well formed says what is wrong, all of it", () => {
  const task = { v: 1, id, kind: "work", run: id, stage: "nano", epoch: 1, from: "main", to: "nano", attachments: [] };
  expect(parseTask(Buffer.from(JSON.stringify(task)))).toEqual(task);
  expect(() => parseTask(Buffer.from(JSON.stringify({ ...task, epoch: -1, kind: "play" })))).toThrow(
    expect.objectContaining({
      code: "malformed_message",
      details: { unmet: [expect.objectContaining({ path: "kind" }), expect.objectContaining({ path: "epoch" })] },
    }),
  );
  expect(() => parseTask(Buffer.from([0xff]))).toThrow(/not JSON in UTF-8/);
});
