import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { sha256Of, TasukiError } from "@tasuki/protocol";

/** Signs bytes with one Ed25519 key. */
export interface Signer {
  /** SHA-256 of the public key's SPKI DER, hexadecimal. */
  readonly keyid: string;
  /** 64 bytes; the same bytes give the same signature (RFC 8032). */
  sign(bytes: Uint8Array): Buffer;
}

/** The signer of a private key. Throws `invalid_state` where it is not an Ed25519 key. */
export function createSigner(privateKey: KeyObject): Signer {
  if (privateKey.type !== "private" || privateKey.asymmetricKeyType !== "ed25519")
    throw new TasukiError("invalid_state", "A signer needs a private Ed25519 key.");
  return { keyid: keyidOf(createPublicKey(privateKey)), sign: (bytes) => sign(null, bytes, privateKey) };
}

/** SHA-256 of a public key's SPKI DER, hexadecimal. */
export function keyidOf(publicKey: KeyObject): string {
  return sha256Of(publicKey.export({ type: "spki", format: "der" }));
}
