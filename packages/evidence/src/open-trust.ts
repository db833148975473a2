import { createPublicKey, type KeyObject } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { TasukiError } from "@tasuki/contracts";
import { keyidOf } from "./signer.ts";
import { createTrust, type Trust } from "./trust.ts";

const receiptKey = /^receipt-[0-9a-f]{64}\.pem$/;

/**
 * Reads the pinned public keys, `<folder>/<node>/receipt-<keyid>.pem`. Throws `invalid_state`, which names the place, where the folder
 * is missing, or a file is not the Ed25519 key that its name says.
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
    if (files.length > 0) keys.set(name, await Promise.all(files.map((file) => readPublicKey(join(folder, name, file)))));
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
