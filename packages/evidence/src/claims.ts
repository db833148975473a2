import { type Envelope, parseMessage, receiptPayloadType, ReceiptStatement, TaskPayload } from "@tasuki/protocol";
import { payloadOf } from "./envelope.ts";

/** A task out of a payload's bytes. Throws `malformed_message`, with what is wrong as `unmet`. */
export function parseTask(bytes: Uint8Array): TaskPayload {
  return parseMessage(bytes, TaskPayload, "task");
}

/** A receipt out of a payload's bytes. Throws `malformed_message`, with what is wrong as `unmet`. */
export function parseReceipt(bytes: Uint8Array): ReceiptStatement {
  return parseMessage(bytes, ReceiptStatement, "receipt");
}

/**
 * The receipt that an envelope claims to be, whoever signed it; undefined where it is none. A claim finds and shows receipts whose
 * signatures were verified when they were kept, and says whose key is to be tried. Nothing is believed for it: that is `readReceipt`.
 */
export function claimedReceipt(envelope: Envelope): ReceiptStatement | undefined {
  if (envelope.payloadType !== receiptPayloadType) return undefined;
  try {
    return parseReceipt(payloadOf(envelope));
  } catch {
    return undefined;
  }
}
