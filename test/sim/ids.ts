import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Random } from "./random.ts";

/** UUIDv7 (RFC 9562, section 5.7) from simulated time and chance. */
export function createIds(now: () => number, random: Random): () => string {
  const hex = (digits: number): string => Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join("");
  return () => {
    const time = Math.floor(now()).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${random.pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`;
  };
}

// PKCS 8 of an Ed25519 private key (RFC 8410, section 7), before its 32 bytes.
const prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** The key of a node: always the same. */
export function keyOf(node: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const secret = createHash("sha256").update(`simulated key of ${node}`).digest();
  const privateKey = createPrivateKey({ key: Buffer.concat([prefix, secret]), format: "der", type: "pkcs8" });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
