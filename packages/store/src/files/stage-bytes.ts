import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import { gatherBytes, TasukiError, isNoSpace } from "@tasuki/protocol";
import { smallBlob, type StagedBlob } from "../port/blobs.ts";

/** Bytes of one write. A socket gives chunks of 64 KiB, and writing each by itself costs a third of the speed. */
const groupBytes = 1024 * 1024;

export interface StageBytes {
  /** Path of the temporary file of a large blob, where no file may be yet. */
  readonly path: string;
  readonly maxBytes: number;
  /** Makes the file durable under its digest. Called once its bytes are on the disk. */
  readonly publish: (sha256: string) => Promise<void>;
}

/**
 * Hashes bytes that come in: a small blob stays in memory, and a large one is streamed to a temporary file, so that memory stays flat. An error
 * removes the file.
 */
export async function stageBytes(bytes: AsyncIterable<Uint8Array>, { path, maxBytes, publish }: StageBytes): Promise<StagedBlob> {
  const hash = createHash("sha256");
  let size = 0;
  async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > maxBytes)
        throw new TasukiError("too_large", `the content has more than the ${maxBytes} bytes that are taken here; nothing was kept`);
      hash.update(chunk);
      yield chunk;
    }
  }
  const chunks = hashed();
  const first = gatherBytes();
  let isWhole = false;
  while (!isWhole && first.size <= smallBlob) {
    const { done, value } = await chunks.next();
    if (done === true) isWhole = true;
    else first.add(value);
  }
  if (isWhole) {
    const small = first.bytes();
    return {
      sha256: hash.digest("hex"),
      size,
      bytes: small,
      read: async () => small,
      publish: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  async function* grouped(): AsyncGenerator<Buffer, void, undefined> {
    let group = first;
    for await (const chunk of chunks) {
      group.add(chunk);
      if (group.size < groupBytes) continue;
      yield group.bytes();
      group = gatherBytes();
    }
    yield group.bytes();
  }

  const file = await open(path, "wx", 0o400).catch(async (error: unknown) => {
    // Whoever sends the rest is told that nobody reads it.
    await chunks.return();
    return refuseFullDisk(error);
  });
  const discard = async (): Promise<void> => {
    await file.close();
    await rm(path, { force: true });
  };
  try {
    await file.writeFile(grouped());
  } catch (error) {
    await discard();
    return refuseFullDisk(error);
  }
  const sha256 = hash.digest("hex");
  return {
    sha256,
    size,
    read: () => readFile(path),
    publish: () =>
      sync(file)
        .then(() => publish(sha256))
        .catch(refuseFullDisk),
    [Symbol.asyncDispose]: discard,
  };
}

async function sync(file: FileHandle): Promise<void> {
  await file.sync();
}

function refuseFullDisk(error: unknown): never {
  if (!isNoSpace(error)) throw error;
  throw new TasukiError("disk_full", "the disk of the data folder has no room: nothing was kept; make room and try again", {
    cause: error,
  });
}
