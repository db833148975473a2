import {
  type Envelope,
  parseMessage,
  type Receipt,
  receiptPayloadType,
  receiptPredicateType,
  ReceiptStatement,
  sha256Of,
  TasukiError,
} from "@tasuki/protocol";
import { canonicalJson } from "./canonical-json.ts";
import { payloadOf, signEnvelope, verifyEnvelope } from "./envelope.ts";
import type { Signer } from "./keys.ts";
import type { Trust } from "./trust.ts";

/** A file that a receipt is about, by its name in the task. */
export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

/**
 * A receipt over `subjects`, as a signed in-toto Statement v1. The same receipt gives the same bytes. A subject that is named twice
 * stands once. Throws `invalid_state` without subjects, and where one name has two digests.
 */
export function toReceipt(receipt: Receipt, subjects: readonly Subject[], signer: Signer): Envelope {
  const digests = new Map<string, string>();
  for (const { name, sha256 } of subjects) {
    if ((digests.get(name) ?? sha256) !== sha256)
      throw new TasukiError("invalid_state", `A receipt can't name two files '${name}' (in-toto Statement v1: names are unique).`);
    digests.set(name, sha256);
  }
  if (digests.size === 0) throw new TasukiError("invalid_state", "A receipt needs a subject: a file, or the task document itself.");
  const statement: ReceiptStatement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [...digests].map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: receiptPredicateType,
    predicate: receipt,
  };
  return signEnvelope(Buffer.from(canonicalJson(statement), "utf8"), receiptPayloadType, signer);
}

/**
 * The statement of a receipt that `node` signed, and the SHA-256 of its payload. Throws `signature_invalid` where no pinned key of the
 * node signed it or it speaks for another node, `malformed_message` where it is not a receipt.
 */
export function readReceipt(
  envelope: Envelope,
  { trust, node }: { readonly trust: Trust; readonly node: string },
): { readonly statement: ReceiptStatement; readonly digest: string } {
  const payload = verifyEnvelope(envelope, { trust, node, payloadType: receiptPayloadType });
  const statement = parseReceipt(payload);
  if (statement.predicate.node !== node)
    throw new TasukiError("signature_invalid", `Node '${node}' signed a receipt in the name of '${statement.predicate.node}'.`);
  return { statement, digest: sha256Of(payload) };
}

/** A receipt out of a payload's bytes. Throws `malformed_message`, with what is wrong as `unmet`. */
function parseReceipt(bytes: Uint8Array): ReceiptStatement {
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
