import { z } from "zod";
import { Id, Sha256 } from "../identifiers.ts";

export const ReceiptState = z.enum([
  "accepted",
  "rejected",
  "started",
  "produced",
  "verified",
  "blocked",
  "fenced",
  "archived",
  "closed",
  "failed",
  "cancelled",
]);
export type ReceiptState = z.infer<typeof ReceiptState>;

export const receiptPredicateType = "https://tasuki.dev/receipt/v1";

/** What a node says it knows. Read loosely, judged from the signed bytes. */
export const Receipt = z.looseObject({
  node: z.string(),
  instance: Id,
  role: z.string(),
  run: Id,
  stage: z.string(),
  task: Id,
  epoch: z.int().nonnegative(),
  /** 0 before the first claim. */
  attempt: z.int().nonnegative(),
  state: ReceiptState,
  /** RFC 3339 UTC with milliseconds; a claim, not proof of order. */
  at: z.iso.datetime(),
  /** The entry of the node's feed that holds this receipt. */
  index: z.int().nonnegative(),
  /** The node or principal that this answers. */
  peer: z.string().optional(),
  /** SHA-256 of the payload that this follows from (decoded bytes, not the envelope). */
  prev: Sha256.optional(),
  reason: z.string().optional(),
  /** With `accepted`: false where the task came without a signature. */
  signed: z.boolean().optional(),
  /** With `produced`: who did the work (`embedded/1`, `app:ROLE`, `command:NAME`), and how it ended. */
  producer: z.string().optional(),
  outcome: z.string().optional(),
  decision: z.string().optional(),
});
export type Receipt = z.infer<typeof Receipt>;

/** in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md). */
export const ReceiptStatement = z.looseObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.looseObject({ name: z.string(), digest: z.looseObject({ sha256: Sha256 }) })).min(1),
  predicateType: z.literal(receiptPredicateType),
  predicate: Receipt,
});
export type ReceiptStatement = z.infer<typeof ReceiptStatement>;
