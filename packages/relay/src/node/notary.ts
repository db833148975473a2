import type { Envelope, Receipt, TaskPayload } from "@tasuki/contracts";
import type { Seal } from "@tasuki/store";

// Receipts are read loosely; what is written is only what the schema names.
type Known<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/** What a receipt says; who says it, when and at which index is the notary's to add. */
export type ReceiptFacts = Omit<Known<Receipt>, "node" | "instance" | "role" | "at" | "index"> & {
  readonly subjects: readonly { readonly name: string; readonly sha256: string }[];
};

/** Signs in the name of this node. */
export interface Notary {
  /**
   * An event that is a receipt: `envelopes[0]` is the receipt, then `others` (the task accepted, the peer's receipt). A hand-off names
   * the digest of the receipt that it follows from, so it is made from that.
   */
  receipt(facts: ReceiptFacts, others?: readonly Envelope[] | ((receiptDigest: string) => readonly Envelope[])): Seal;
  /** An event without a receipt of this node's own (a hand-off settled: `others` holds the peer's receipt). */
  event(type: string, facts: Readonly<Record<string, string | number | boolean>>, others?: readonly Envelope[]): Seal;
  /** A signed task, and the SHA-256 of its payload. The same payload gives the same bytes. */
  task(payload: TaskPayload): { readonly envelope: Envelope; readonly digest: string };
}
