import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { sha256Of } from "@tasuki/protocol";
import { createSigner, type Signer, type Trust } from "@tasuki/evidence";
import { makeTrust } from "@tasuki/evidence/testing";

interface Key {
  readonly signer: Signer;
  readonly publicKey: KeyObject;
}

/** Everybody's trust in the nodes' keys, in one simulation. Signatures are real, and each is verified once: the same bytes come by many ways. */
export function trustIn(nodes: readonly string[]): Trust {
  const trust = makeTrust(Object.fromEntries(nodes.map((node) => [node, keyOf(node)])));
  const verified = new Map<string, boolean>();
  const verify: Trust["verify"] = (node, bytes, signature) => {
    const name = `${node} ${Buffer.from(signature).toString("latin1")} ${sha256Of(bytes)}`;
    const known = verified.get(name) ?? trust.verify(node, bytes, signature);
    verified.set(name, known);
    return known;
  };
  return { ...trust, verify, verifyAside: async (node, bytes, signature) => verify(node, bytes, signature) };
}

export function signerOf(node: string): Signer {
  return keyOf(node).signer;
}

// PKCS 8 of an Ed25519 private key (RFC 8410, section 7), before its 32 bytes.
const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const keys = new Map<string, Key>();

/** The key of a node: always the same. */
function keyOf(node: string): Key {
  const known = keys.get(node) ?? makeKey(node);
  keys.set(node, known);
  return known;
}

function makeKey(node: string): Key {
  const secret = createHash("sha256").update(`simulated key of ${node}`).digest();
  const privateKey = createPrivateKey({ key: Buffer.concat([prefix, secret]), format: "der", type: "pkcs8" });
  return { signer: createSigner(privateKey), publicKey: createPublicKey(privateKey) };
}
