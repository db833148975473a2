import { randomUUIDv7 } from "node:crypto";
import { type ProblemCode, problems, type TaskPayload, TasukiError } from "@tasuki/protocol";
import { createNotary, signEnvelope } from "@tasuki/evidence";
import { makeSigner, testSalt } from "@tasuki/evidence/testing";
import type { OutboxRow } from "@tasuki/store";
import { expect, test } from "vitest";
import { settlementByError } from "./settlement.ts";

const id = randomUUIDv7();
const signer = makeSigner();
const payload: TaskPayload = { v: 1, id, kind: "work", run: id, stage: "sg", epoch: 1, from: "main", to: "sg", attachments: [] };
const row: OutboxRow = {
  id,
  to: "sg",
  run: id,
  payload,
  envelope: signEnvelope(Buffer.from(JSON.stringify(payload)), "application/vnd.tasuki.task+json", signer),
  state: "pending",
  tries: 0,
  nextAt: 0,
  createdAt: 0,
};
const context = {
  notary: createNotary({ node: "main", role: "main", instance: id, signer, clock: { now: () => 0 }, salt: testSalt }),
  now: 1_000,
  random: () => 0.5,
};

/** Settlement that the protocol has for each status; for 409, for each code. */
const byStatus: Readonly<Record<number, "pending" | "blocked">> = {
  400: "blocked",
  403: "blocked",
  404: "blocked",
  405: "blocked",
  408: "pending",
  411: "blocked",
  413: "blocked",
  415: "blocked",
  422: "blocked",
  429: "pending",
  500: "pending",
  502: "pending",
  503: "pending",
  507: "pending",
};
const conflicts: Partial<Record<ProblemCode, "pending" | "blocked" | "superseded">> = {
  attachments_missing: "pending",
  stale_epoch: "superseded",
  stage_taken: "blocked",
  task_conflict: "blocked",
  invalid_state: "blocked",
};

// guarantees: R5.partition, R6.stale
test.each(Object.entries(problems).map(([code, { status }]) => [code as ProblemCode, status] as const))(
  "%s (%i) settles a row as the protocol's table says, and keeps the answer for people",
  (code, status) => {
    const { settlement } = settlementByError(row, new TasukiError(code, "the answer"), context);
    expect(settlement).toMatchObject({ state: status === 409 ? conflicts[code] : byStatus[status], last: `${code}: the answer` });
  },
);

// guarantees: R11.contained
test("files that are still missing after they were brought are brought again ever more seldom, a quarter of an hour apart at last", () => {
  const waits = [0, 3, 6, 9, 12, 100].map((tries) => {
    const { settlement } = settlementByError({ ...row, tries }, new TasukiError("attachments_missing", "files"), context);
    return settlement.state === "pending" ? settlement.nextAt - context.now : undefined;
  });
  expect(waits).toEqual([125, 1_000, 8_000, 64_000, 450_000, 450_000]);
});

test("what is no answer at all is tried again", () => {
  expect(settlementByError(row, new Error("socket hang up"), context).settlement).toEqual({
    state: "pending",
    last: "Error: socket hang up",
    nextAt: 1_125,
  });
});

// guarantees: R9.texts
test("an answer by which a row is given up is in no leaf: that has its code", () => {
  const { seal } = settlementByError(row, new TasukiError("stale_epoch", "Run is at epoch 2."), context);
  const { leaf, texts } = seal?.(undefined)(0) ?? { leaf: "{}" };
  expect(JSON.parse(leaf)).toMatchObject({
    type: "superseded",
    code: "stale_epoch",
    text: { code: "stale_epoch", sha256: texts?.[0]?.sha256 },
  });
  expect([texts?.[0]?.text, leaf.includes("epoch 2")]).toEqual(["Run is at epoch 2.", false]);
});

test("an answer is kept as a sentence, whatever its length", () => {
  const { settlement } = settlementByError(row, new TasukiError("unavailable", "d".repeat(50_000_000)), context);
  expect(settlement.state === "pending" && settlement.last).toMatch(/^unavailable: d+…$/);
  const refused = settlementByError(row, new TasukiError("not_granted", "d".repeat(2_000)), context).settlement;
  expect(refused).toMatchObject({ state: "blocked", block: { reason: expect.stringMatching(/^sg refused .* d+…$/) } });
  expect(JSON.stringify([settlement, refused]).length).toBeLessThan(4_000);
});
