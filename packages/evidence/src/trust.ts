import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { keyidOf } from "./keys.ts";

/** The pinned public keys of the nodes, by node name; never taken from a message. */
export interface Trust {
  /** True where a pinned receipt key of `node` made `signature` over `bytes`. */
  verify(node: string, bytes: Uint8Array, signature: Uint8Array): boolean;
  /**
   * The answer of `verify`, for a caller that has more to do meanwhile: of several signatures that are verified in one turn of the event
   * loop, all but the first are checked on other threads.
   */
  verifyAside(node: string, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** Every node that has a pinned receipt key, sorted. */
  nodes(): readonly string[];
}

function verifyOnThread(bytes: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) =>
    verify(null, bytes, key, signature, (error, holds) => (error === null ? resolve(holds) : reject(error))),
  );
}

/** Signatures that are remembered: those of some hundred runs. Each takes some 200 bytes. */
const mostRemembered = 4_096;

/**
 * Signatures that hold, each by the SHA-256 of node, signature and signed bytes, those that were asked for last. What does not hold is not remembered,
 * so that a peer can fill the memory with nothing but what its own key has signed. It is of one set of keys, and goes with it: where a key is pinned
 * no more, nothing that it has signed is known any longer.
 */
function createVerified() {
  const held = new Set<string>();
  const add = (key: string): void => {
    held.add(key);
    for (const oldest of held) {
      if (held.size <= mostRemembered) return;
      held.delete(oldest);
    }
  };
  return {
    add,
    has(key: string): boolean {
      // A signature that is asked for again is the newest.
      const has = held.delete(key);
      if (has) add(key);
      return has;
    },
  };
}

function keyOf(node: string, bytes: Uint8Array, signature: Uint8Array): string {
  // A length before each part but the last: no two triples of parts run into the same bytes.
  const head = `${Buffer.byteLength(node)} ${node} ${signature.length} `;
  return createHash("sha256").update(head).update(signature).update(bytes).digest("base64");
}

/** Trust in the public Ed25519 keys of each node. A signature that was found to hold is not computed again while it is remembered. */
export function createTrust(keys: ReadonlyMap<string, readonly KeyObject[]>): Trust {
  const verified = createVerified();
  const verifyHere: Trust["verify"] = (node, bytes, signature) => {
    const key = keyOf(node, bytes, signature);
    if (verified.has(key)) return true;
    const holds = (keys.get(node) ?? []).some((one) => verify(null, bytes, one, signature));
    if (holds) verified.add(key);
    return holds;
  };
  let isFirst = true;
  return {
    verify: verifyHere,
    async verifyAside(node, bytes, signature) {
      // A check on another thread takes twice as long as one here: it is worth that only beside others of the same turn.
      if (isFirst) {
        isFirst = false;
        setImmediate(() => (isFirst = true));
        return verifyHere(node, bytes, signature);
      }
      const key = keyOf(node, bytes, signature);
      if (verified.has(key)) return true;
      for (const one of keys.get(node) ?? [])
        if (await verifyOnThread(bytes, one, signature)) {
          verified.add(key);
          return true;
        }
      return false;
    },
    nodes: () => [...keys.keys()].toSorted(),
  };
}

const receiptKey = /^receipt-[0-9a-f]{64}\.pem$/;

/**
 * Trust in the keys that are pinned in a folder, `<folder>/<node>/receipt-<keyid>.pem`. Throws `invalid_state`, which names the place,
 * where the folder is missing, a node's has no key, or a file is not the Ed25519 key that its name says.
 */
export async function openTrust(folder: string): Promise<Trust> {
  const keys = new Map<string, readonly KeyObject[]>();
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new TasukiError("invalid_state", `The folder of pinned keys, ${folder}, can't be read: pin the nodes' public keys there.`, {
      cause,
    });
  });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const files = (await readdir(join(folder, name))).filter((file) => receiptKey.test(file));
    if (files.length === 0)
      throw new TasukiError(
        "invalid_state",
        `${join(folder, name)} has no key: put the node's receipt-<keyid>.pem there, from 'keys' in its data folder, or remove the folder.`,
      );
    keys.set(name, await Promise.all(files.map((file) => readPublicKey(join(folder, name, file)))));
  }
  return createTrust(keys);
}

async function readPublicKey(path: string): Promise<KeyObject> {
  const text = await readFile(path, "utf8");
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === "ed25519" && `receipt-${keyidOf(key)}.pem` === basename(path)) return key;
  } catch (cause) {
    throw new TasukiError("invalid_state", notThatKey(path), { cause });
  }
  throw new TasukiError("invalid_state", notThatKey(path));
}

function notThatKey(path: string): string {
  return `${path} is not the public Ed25519 key that its name says; pin the node's key again.`;
}
