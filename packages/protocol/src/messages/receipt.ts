import { z } from "zod";
import { Id, Sha256 } from "./identifiers.ts";
import { sentence, word } from "./said.ts";
import { TextName } from "./salted-text.ts";

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

/** Statement of a node about a task. It is read loosely, and judged from the signed bytes; texts for people are clipped as they are read. */
export const Receipt = z.looseObject({
  node: z.string(),
  instance: Id,
  role: z.string(),
  run: Id,
  stage: z.string(),
  task: Id,
  epoch: z.int().nonnegative(),
  /** Attempts so far; 0 before the first claim. */
  attempt: z.int().nonnegative(),
  state: ReceiptState,
  /** Time as the node claims it, RFC 3339 UTC with milliseconds; no proof of order. */
  at: z.iso.datetime(),
  /** Index of the feed's entry that holds this receipt. */
  index: z.int().nonnegative(),
  /** Node or principal that the receipt answers. */
  peer: word().optional(),
  /** SHA-256 of the payload that the receipt follows from (decoded bytes, not the envelope). */
  prev: Sha256.optional(),
  /** Name of the text that the receipt gives, which is beside it and can be erased. */
  text: TextName.optional(),
  /** Text itself, in receipts of earlier releases. */
  reason: sentence().optional(),
  /** Nodes that a run is `closed` without, and who has said so; why is in the text. */
  without: z
    .array(z.looseObject({ node: word(), by: word() }))
    .max(64)
    .optional(),
  /** Signature of an `accepted` task: false where the task came without one. */
  signed: z.boolean().optional(),
  /** Producer of the outputs, with `produced`: `app:ROLE`, `command:NAME`, or an app's own name for its work. */
  producer: word().optional(),
  /** Outcome of the work, with `produced`; of a `cancel`: `running` where something of the run is still at work on the node, or `ended`. */
  outcome: word().optional(),
  /** Word by which an output decides, with `produced`. */
  decision: word().optional(),
  /** Direction that the word sends the work in. Receipts of the first releases have none. */
  direction: z.enum(["forward", "back"]).optional(),
});
export type Receipt = z.infer<typeof Receipt>;

/** Files that a receipt may be about: a task has no more attachments. */
const mostSubjects = 2_048;

/** Statement that is signed: in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md). */
export const ReceiptStatement = z.looseObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z
    .array(z.looseObject({ name: z.string().max(256), digest: z.looseObject({ sha256: Sha256 }) }))
    .min(1)
    .max(mostSubjects)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "subjects' names must differ"),
  predicateType: z.literal(receiptPredicateType),
  predicate: Receipt,
});
export type ReceiptStatement = z.infer<typeof ReceiptStatement>;
