import { type Envelope, TasukiError } from "@tasuki/contracts";
import { fromBase64 } from "./base64.ts";
import { toPae } from "./pae.ts";
import { toSha256 } from "./sha256.ts";
import type { Signer } from "./signer.ts";
import type { Trust } from "./trust.ts";

/** A payload, signed. Source: DSSE v1.0.2, envelope.md. */
export function signEnvelope(payload: Uint8Array, payloadType: string, signer: Signer): Envelope {
  const sig = signer.sign(toPae(payloadType, payload)).toString("base64");
  return { payload: Buffer.from(payload).toString("base64"), payloadType, signatures: [{ keyid: signer.keyid, sig }] };
}

/** The payload's bytes, whoever signed them. Throws `malformed_message` where they are not base64. */
export function payloadOf(envelope: Envelope): Buffer {
  return fromBase64(envelope.payload, "envelope's payload");
}

/** SHA-256 of the payload's bytes: what `prev` names. Signatures may be added without changing it. */
export function payloadDigest(envelope: Envelope): string {
  return toSha256(payloadOf(envelope));
}

interface Expected {
  readonly trust: Trust;
  readonly node: string;
  readonly payloadType: string;
}

/**
 * The payload's bytes, of the type asked for and signed with a pinned receipt key of `node`. Only these bytes may be read afterwards.
 * `keyid` is not looked at: every signature is tried with every pinned key. Throws `signature_invalid`, `malformed_message`.
 */
export function verifyEnvelope(envelope: Envelope, { trust, node, payloadType }: Expected): Buffer {
  const { payload, signed } = toVerify(envelope, payloadType);
  if (!envelope.signatures.some(({ sig }) => trust.verify(node, signed, signatureOf(sig)))) throw signedByNobody(node);
  return payload;
}

/** The same, of several at once on other threads: Trust.verifyAside. */
export async function verifyEnvelopeAside(envelope: Envelope, { trust, node, payloadType }: Expected): Promise<Buffer> {
  const { payload, signed } = toVerify(envelope, payloadType);
  for (const { sig } of envelope.signatures) if (await trust.verifyAside(node, signed, signatureOf(sig))) return payload;
  throw signedByNobody(node);
}

function toVerify(envelope: Envelope, payloadType: string) {
  if (envelope.payloadType !== payloadType)
    throw new TasukiError("signature_invalid", `The envelope holds '${envelope.payloadType}' where '${payloadType}' is expected.`);
  const payload = payloadOf(envelope);
  return { payload, signed: toPae(payloadType, payload) };
}

function signatureOf(sig: string): Buffer {
  return fromBase64(sig, "envelope's signature");
}

function signedByNobody(node: string): TasukiError {
  return new TasukiError("signature_invalid", `No pinned key of node '${node}' signed this; pin its keys here if they are new.`);
}
