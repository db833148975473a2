import type { TaskPayload } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { payloadDigest } from "./envelope.ts";
import { createNotary } from "./notary.ts";
import { makeSigner } from "./testing/index.ts";

const id = (n: number): string => `0197c0de-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
const notary = createNotary({ node: "finder", role: "finder", instance: id(9), signer: makeSigner(), clock: { now: () => 1_000 } });
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
