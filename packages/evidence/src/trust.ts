import { type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";

/** The pinned public keys of the nodes, by node name; never taken from a message. */
export interface Trust {
  /** Whether `signature` over `bytes` was made by any pinned receipt key of `node`. */
  verify(node: string, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** The same, of several that are asked for at once all but the first on other threads: for who has more to do meanwhile. */
  verifyAside(node: string, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** Every node that has a pinned receipt key, sorted. */
  nodes(): readonly string[];
}

const verifyOnThread = promisify<null, Uint8Array, KeyObject, Uint8Array, boolean>(verify);

/** Trust in the public Ed25519 keys of each node. */
export function createTrust(keys: ReadonlyMap<string, readonly KeyObject[]>): Trust {
  const verifyHere: Trust["verify"] = (node, bytes, signature) => (keys.get(node) ?? []).some((key) => verify(null, bytes, key, signature));
  let isFirst = true;
  return {
    verify: verifyHere,
    async verifyAside(node, bytes, signature) {
      // To have one checked on another thread takes as long again as the check: worth it only beside others of the same turn.
      if (isFirst) {
        isFirst = false;
        setImmediate(() => (isFirst = true));
        return verifyHere(node, bytes, signature);
      }
      for (const key of keys.get(node) ?? []) if (await verifyOnThread(null, bytes, key, signature)) return true;
      return false;
    },
    nodes: () => [...keys.keys()].toSorted(),
  };
}
