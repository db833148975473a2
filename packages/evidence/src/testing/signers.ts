// Keys and trust in memory, for tests.
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createSigner, type Signer } from "../keys.ts";
import { createTrust, type Trust } from "../trust.ts";

export interface TestSigner extends Signer {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A signer with a new key. */
export function makeSigner(): TestSigner {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { ...createSigner(privateKey), publicKey: createPublicKey(privateKey), privateKey };
}

/** Trust in these signers, by node. */
export function makeTrust(
  signers: Readonly<Record<string, Pick<TestSigner, "publicKey"> | readonly Pick<TestSigner, "publicKey">[]>>,
): Trust {
  return createTrust(new Map(Object.entries(signers).map(([node, own]) => [node, [own].flat().map(({ publicKey }) => publicKey)])));
}
