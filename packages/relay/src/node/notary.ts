import type { Envelope, Receipt, TaskPayload } from "@tasuki/contracts";
import type { Seal } from "@tasuki/store";

/** What a receipt says; who says it, when and at which index is the notary's to add. */
export type ReceiptFacts = Omit<Receipt, "node" | "instance" | "role" | "at" | "index"> & {
  readonly subjects: readonly { readonly name: string; readonly sha256: string }[];
};

/** Signs in the name of this node. */
export interface Notary {
  /** An event that is a receipt: `envelopes[0]` is the receipt, then `others` (the task accepted, the task handed on, the peer's receipt). */
  receipt(facts: ReceiptFacts, others?: readonly Envelope[]): Seal;
  /** An event without a receipt of this node's own (a hand-off settled: `others` holds the peer's receipt). */
  event(type: string, facts: Readonly<Record<string, string | number | boolean>>, others?: readonly Envelope[]): Seal;
  /** A signed task, and the SHA-256 of its payload. */
  task(payload: TaskPayload): { readonly envelope: Envelope; readonly digest: string };
}
