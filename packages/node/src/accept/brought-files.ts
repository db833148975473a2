import { type Judge, refOf, sha256Of, type TaskPayload, TasukiError } from "@tasuki/protocol";
import type { BlobRow, SmallBlob, Store } from "@tasuki/store";
import { type Caller, contractOf, type TakenContract, travelLimit, uploadLimit } from "@tasuki/bus";

/** A file that came with a task, under one contract which it has not passed here yet. */
interface BroughtFile extends Required<SmallBlob> {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Files that came with a task, and are not here yet. They are kept in the commit that accepts the task, or not at all. */
export interface BroughtFiles {
  readonly all: readonly BroughtFile[];
  /** Bytes of all of them. */
  readonly size: number;
  /** Blobs that are here, and those that are brought. */
  readonly blobs: ReadonlyMap<string, BlobRow>;
  /** Reads a file of the task, whether it is here or brought. */
  read(sha256: string): Promise<Buffer>;
}

/**
 * Reads the files that came with a task, base64 each. Those that are here already are left out, without a look at what they might be. Throws
 * `malformed_message`, `too_large`, and `digest_mismatch` for bytes that the task does not name.
 */
export function readBrought(
  files: readonly string[],
  { attachments }: Pick<TaskPayload, "attachments">,
  { blobs, store }: { blobs: ReadonlyMap<string, BlobRow>; store: Pick<Store, "blobs"> },
): BroughtFiles {
  const bytesOf = new Map<string, Buffer>();
  for (const [at, text] of files.entries()) {
    const bytes = fromBase64(text, at);
    const sha256 = sha256Of(bytes);
    if (bytesOf.has(sha256)) throw new TasukiError("malformed_message", `The file ${sha256} comes with the task twice: send it once.`);
    if (!attachments.some((one) => one.sha256 === sha256))
      throw new TasukiError("digest_mismatch", `A file of the digest ${sha256} comes with the task, which names no such file.`);
    bytesOf.set(sha256, bytes);
  }
  const named = new Map(attachments.map((one) => [`${one.sha256} ${one.contract}`, one]));
  const all = [...named.values()].flatMap(({ name, sha256, contract }): BroughtFile[] => {
    const bytes = bytesOf.get(sha256);
    const isHere = blobs.get(sha256)?.contracts.includes(contract) === true;
    return bytes === undefined || isHere ? [] : [{ name, sha256, contract, size: bytes.length, bytes }];
  });
  const withBrought = new Map(blobs);
  for (const { sha256, contract, size } of all)
    withBrought.set(sha256, { size, contracts: [...(withBrought.get(sha256)?.contracts ?? []), contract] });
  return {
    all,
    size: all.reduce((sum, { size }) => sum + size, 0),
    blobs: withBrought,
    read: async (sha256) => bytesOf.get(sha256) ?? store.blobs.read(sha256),
  };
}

/** Bytes of base64 as RFC 4648, section 4, writes them: padded, with nothing between. Any other text could stand for the same file. */
function fromBase64(text: string, at: number): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text)
    throw new TasukiError("malformed_message", `File ${at + 1} of those that come with the task is not base64 with its padding.`);
  if (bytes.length > travelLimit.ofFile)
    throw new TasukiError(
      "too_large",
      `A file that comes with a task has ${travelLimit.ofFile} bytes at most; this one has ${bytes.length}: upload it.`,
    );
  return bytes;
}

/**
 * Checks that the sender may bring these files, and that each keeps its contract, as an upload of it would be checked. Their contracts are known to be
 * taken. Rejects with `not_granted`, `contract_violation`.
 */
export async function checkBrought(
  { all }: BroughtFiles,
  { from }: Pick<TaskPayload, "from">,
  { caller, role, taken, judge }: { caller: Caller; role: string; taken: readonly TakenContract[]; judge: Judge },
): Promise<void> {
  // Where roles share a machine, the network grants each of them what any of them is granted; the signature tells which one it is.
  const sender = caller.permissionsByRole === undefined ? caller : { ...caller, permissions: caller.permissionsByRole.get(from) ?? [] };
  for (const { name, contract, size } of all)
    if (size > uploadLimit(sender, role, contractOf(taken, contract)))
      throw new TasukiError("not_granted", `The policy does not let ${caller.principal} bring ${name}: it is too large.`);
  for (const { name, contract, size, bytes } of all) {
    const { artifact } = contractOf(taken, contract);
    if (artifact === undefined) continue;
    const unmet = await judge.judge({ artifact, name, size, by: caller.principal, read: async () => bytes });
    if (unmet.length > 0) throw new TasukiError("contract_violation", `${name} breaks its contract, ${refOf(artifact)}.`, { unmet });
  }
}
