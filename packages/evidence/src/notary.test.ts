import { FeedEntry, maxTextLength, saltedDigest, type TaskPayload } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { payloadDigest, payloadOf } from "./envelope.ts";
import { createNotary, type Sealed } from "./notary.ts";
import { claimedReceipt } from "./receipt.ts";
import { makeSigner, testSalt } from "./testing/index.ts";
import { textOf } from "./texts.ts";

const id = (n: number): string => `0197c0de-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
const notary = createNotary({
  node: "finder",
  role: "finder",
  instance: id(9),
  signer: makeSigner(),
  clock: { now: () => 1_000 },
  salt: testSalt,
});
const facts = {
  run: id(1),
  stage: "finder",
  task: id(2),
  epoch: 1,
  attempt: 1,
  state: "produced",
  subjects: [{ name: "found.md", sha256: "0".repeat(64) }],
} as const;

const task: TaskPayload = {
  v: 1,
  id: id(3),
  kind: "work",
  run: id(1),
  stage: "judge",
  epoch: 1,
  from: "finder",
  to: "judge",
  attachments: [],
};

test("a hand-off is made from the digest of its receipt, is part of the event, and is signed once for each index", () => {
  const asked: string[] = [];
  const seal = notary.handOff(facts, (receiptDigest) => {
    asked.push(receiptDigest);
    const payload = { ...task, prev: receiptDigest };
    return { id: task.id, to: "judge", run: task.run, payload, envelope: notary.task(payload).envelope, carries: id(2), createdAt: 1_000 };
  });
  const sealed = seal(4);
  const [receipt, handOff] = sealed.envelopes;
  const digests = sealed.envelopes.map(payloadDigest);
  expect(asked).toEqual(digests.slice(0, 1));
  expect([sealed.outbox?.envelope, receipt?.payloadType === handOff?.payloadType]).toEqual([handOff, false]);
  expect(JSON.parse(sealed.leaf)).toMatchObject({ index: 4, type: "produced", task: id(2), envelopes: digests });
  // A transaction that is made again calls the seal again.
  expect(seal(4)).toBe(sealed);
  expect(asked).toHaveLength(1);
  expect(JSON.parse(seal(5).leaf)).toMatchObject({ index: 5 });
  expect(asked).toHaveLength(2);
});

/** Everything of an event that is signed, or that something signed names. */
const signedOf = ({ leaf, envelopes }: Sealed): string =>
  [leaf, ...envelopes.map((envelope) => payloadOf(envelope).toString("utf8"))].join();
const named = (text: string, code = "failed") => ({ code, sha256: saltedDigest({ salt: testSalt(), text }) });

// guarantees: R9.texts
test("a receipt and its leaf hold the code and the salted digest of a text, which is beside them", () => {
  const sealed = notary.receipt({ ...facts, text: { code: "failed", text: "no ink" } })(4);
  const { sha256 } = named("no ink");
  expect(sealed.texts).toEqual([{ sha256, salt: testSalt(), text: "no ink" }]);
  expect(JSON.parse(sealed.leaf)).toMatchObject({ text: named("no ink") });
  const [receipt = { payload: "", payloadType: "", signatures: [] }] = sealed.envelopes;
  const says = claimedReceipt(receipt)?.predicate ?? {};
  expect(says).toMatchObject({ state: "produced", text: named("no ink") });
  expect(signedOf(sealed)).not.toContain("no ink");
  expect(textOf(says, new Map([[sha256, "no ink"]]))).toBe("no ink");
  expect(textOf(says, new Map())).toBeUndefined();
  // Receipts of earlier releases have the text in them.
  expect(textOf({ reason: "no ink" }, new Map())).toBe("no ink");
});

// guarantees: R9.texts
test("an event without a receipt holds its text likewise", () => {
  const sealed = notary.event("attempt-ended", { outcome: "stalled" }, { text: { code: "stalled", text: "no sign of life" } })(0);
  expect(sealed.texts).toMatchObject([{ text: "no sign of life" }]);
  expect(JSON.parse(sealed.leaf)).toMatchObject({ outcome: "stalled", text: named("no sign of life", "stalled") });
  expect(signedOf(sealed)).not.toContain("no sign of life");
});

test("the salt of a text is drawn once, at whatever index it is sealed; what has no text draws none, and has none beside it", () => {
  let drawn = 0;
  const salt = (): string => String((drawn += 1)).padStart(32, "0");
  const counting = createNotary({ node: "finder", role: "finder", instance: id(9), signer: makeSigner(), clock: { now: () => 0 }, salt });
  for (const seal of [
    counting.receipt({ ...facts, text: { code: "failed", text: "no ink" } }),
    counting.event("retry", {}, { text: { code: "operator", text: "no ink" } }),
  ])
    expect(seal(5).texts).toEqual(seal(4).texts);
  expect(drawn).toBe(2);
  for (const seal of [counting.receipt(facts), counting.event("retry", {})]) expect(seal(4)).not.toHaveProperty("texts");
  expect(drawn).toBe(2);
});

test("a text that is too long, or cut in the middle of a character, is kept as far as every reader takes it", () => {
  const long = `${"a".repeat(maxTextLength - 1)}\u{1F3BD}`;
  const { leaf, envelopes, texts } = notary.receipt({ ...facts, text: { code: "failed", text: long } })(0);
  expect(FeedEntry.parse({ index: 0, leaf, envelopes, texts }).texts).toMatchObject([{ text: `${"a".repeat(maxTextLength - 1)}\uFFFD` }]);
});
