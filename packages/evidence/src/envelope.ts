import type { Envelope } from "@tasuki/contracts";

/** Signs bytes with one Ed25519 key. */
export interface Signer {
  /** SHA-256 of the public key's SPKI DER, hexadecimal. */
  readonly keyid: string;
  sign(bytes: Uint8Array): Buffer;
}

/** The pinned public keys of the nodes, by node name; never taken from a message. */
export interface Trust {
  /** Whether `signature` over `bytes` was made by any pinned receipt key of `node`. */
  verify(node: string, bytes: Uint8Array, signature: Uint8Array): boolean;
  nodes(): readonly string[];
}

export type { Envelope };
