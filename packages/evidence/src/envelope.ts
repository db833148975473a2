import { type Envelope, sha256Of, TasukiError } from "@tasuki/protocol";
import type { Signer } from "./keys.ts";
import type { Trust } from "./trust.ts";

/** The envelope of a payload, with one signature. Source: DSSE v1.0.2 (secure-systems-lab/dsse, envelope.md). */
export function signEnvelope(payload: Uint8Array, payloadType: string, signer: Signer): Envelope {
  const sig = signer.sign(toPae(payloadType, payload)).toString("base64");
  return { payload: Buffer.from(payload).toString("base64"), payloadType, signatures: [{ keyid: signer.keyid, sig }] };
}

/** The bytes of the payload, whoever signed them. Throws `malformed_message` where they are not base64. */
export function payloadOf(envelope: Envelope): Buffer {
  return fromBase64(envelope.payload, "envelope's payload");
}

/** SHA-256 of the payload's bytes, which `prev` names. Signatures may be added without changing it. */
export function payloadDigest(envelope: Envelope): string {
  return sha256Of(payloadOf(envelope));
}

/** The signer and the type that an envelope must have. */
interface Expected {
  readonly trust: Trust;
  readonly node: string;
  readonly payloadType: string;
}

/**
 * The bytes of the payload, of the type asked for and signed with a pinned receipt key of `node`. Only these bytes may be read
 * afterwards. `keyid` is not looked at: every signature is tried with every pinned key. Throws `signature_invalid`, `malformed_message`.
 */
export function verifyEnvelope(envelope: Envelope, { trust, node, payloadType }: Expected): Buffer {
  const { payload, signed } = toVerify(envelope, payloadType);
  if (!envelope.signatures.some(({ sig }) => trust.verify(node, signed, signatureOf(sig)))) throw signedByNobody(node);
  return payload;
}

/**
 * The bytes of the payload, verified as `verifyEnvelope` does. Signatures are checked by `Trust.verifyAside`: of several envelopes that
 * are verified in one turn of the event loop, all but the first are checked on other threads.
 */
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

/** The pre-authentication encoding of a payload: the bytes that a signature covers. Source: DSSE v1.0.2, protocol.md. */
export function toPae(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

/**
 * The bytes of base64, standard or URL-safe, with or without padding (RFC 4648, sections 4 and 5; DSSE takes both). Node's decoder skips
 * ASCII characters that are not of the alphabet, and takes others for some that are: so all must be ASCII, there must be as many bytes as the text is
 * long, and its last characters must also be what the last bytes encode to. Throws `malformed_message`.
 */
function fromBase64(text: string, place: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  const { length } = text.replace(/={1,2}$/, "");
  const rest = length % 4;
  // A payload may have megabytes: it is not encoded again as a whole.
  const isWhole = Buffer.byteLength(text) === text.length && rest !== 1 && bytes.length === Math.floor((length * 3) / 4);
  const last = text
    .slice(length - rest, length)
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  if (!isWhole || bytes.subarray(bytes.length - Math.floor((rest * 3) / 4)).toString("base64url") !== last)
    throw new TasukiError("malformed_message", `The ${place} is not base64; encode its bytes again.`);
  return bytes;
}
