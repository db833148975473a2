import { type KeyObject, verify } from "node:crypto";

/** The pinned public keys of the nodes, by node name; never taken from a message. */
export interface Trust {
  /** Whether `signature` over `bytes` was made by any pinned receipt key of `node`. */
  verify(node: string, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** Every node that has a pinned receipt key, sorted. */
  nodes(): readonly string[];
}

/** Trust in the public Ed25519 keys of each node. */
export function createTrust(keys: ReadonlyMap<string, readonly KeyObject[]>): Trust {
  return {
    verify: (node, bytes, signature) => (keys.get(node) ?? []).some((key) => verify(null, bytes, key, signature)),
    nodes: () => [...keys.keys()].toSorted(),
  };
}
