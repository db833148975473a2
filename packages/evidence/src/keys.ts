import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrorCode, Name, sha256Of, TasukiError } from "@tasuki/protocol";

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

const uses = ["receipt", "log", "witness"] as const;
type Use = (typeof uses)[number];

/** A node's three keys: for receipts and tasks, for checkpoints of its log, for cosigning other nodes' checkpoints. */
export type Keys = Readonly<Record<Use, Signer>>;

/**
 * Reads a node's keys, `<use>.pem` (PKCS 8, PEM), and makes those that are not there: Ed25519, readable by the owner only. Throws
 * `invalid_state`, which names the file, where a file is not such a key.
 */
export async function openKeys(folder: string): Promise<Keys> {
  const { receipt, log, witness } = await openPrivateKeys(folder);
  return { receipt: createSigner(receipt), log: createSigner(log), witness: createSigner(witness) };
}

/**
 * Puts the public halves of a node's keys into the folder of keys that a node (another one, or itself) trusts:
 * `<trust>/<node>/<use>-<keyid>.pem` (SPKI, PEM). Keys that were pinned earlier stay, so that older signatures still hold.
 */
export async function pinKeys({
  keys,
  trust,
  node,
}: {
  readonly keys: string;
  readonly trust: string;
  readonly node: string;
}): Promise<void> {
  if (!Name.safeParse(node).success) throw new TasukiError("name_invalid", `'${node}' can't be the name of a node.`);
  const privateKeys = await openPrivateKeys(keys);
  const folder = join(trust, node);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pinned = new Set(await readdir(folder));
  for (const use of uses) {
    const publicKey = createPublicKey(privateKeys[use]);
    const name = `${use}-${keyidOf(publicKey)}.pem`;
    if (!pinned.has(name)) await writeOnce(join(folder, name), publicKey.export({ type: "spki", format: "pem" }), 0o600);
  }
}

async function openPrivateKeys(folder: string): Promise<Readonly<Record<Use, KeyObject>>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [receipt, log, witness] = await Promise.all([
    openPrivateKey(folder, "receipt"),
    openPrivateKey(folder, "log"),
    openPrivateKey(folder, "witness"),
  ]);
  return { receipt, log, witness };
}

async function openPrivateKey(folder: string, use: Use): Promise<KeyObject> {
  const path = join(folder, `${use}.pem`);
  let pem = await readIfThere(path);
  if (pem === undefined) {
    await writeOnce(path, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }), 0o600);
    pem = await readFile(path, "utf8");
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw new TasukiError("invalid_state", notAKey(path), { cause });
  }
  throw new TasukiError("invalid_state", notAKey(path));
}

function notAKey(path: string): string {
  return `${path} is not a private Ed25519 key in PEM. Put the right one back; without it, move the file away and a new key is made, which the other nodes must then pin.`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Writes a file whole, through to the disk. Where a file of its name is there already, that one is kept. */
async function writeOnce(path: string, text: string, mode: number): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    await writeFile(unfinished, text, { mode, flag: "wx", flush: true });
    await link(unfinished, path).catch((error: unknown) => {
      if (!hasErrorCode(error, "EEXIST")) throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
  await using folder = await open(dirname(path));
  await folder.sync();
}
