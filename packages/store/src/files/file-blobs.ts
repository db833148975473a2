import { createHash } from "node:crypto";
import { createReadStream, existsSync, rmSync } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TasukiError } from "@tasuki/contracts";
import type { Blobs } from "../blobs.ts";
import { blobPath } from "./blob-path.ts";
import { hasErrorCode, linkDurably, makeFolder, syncFolder } from "./durable.ts";
import { stageFile } from "./stage-file.ts";

export interface FileBlobs extends Blobs {
  /** Deletes blobs in one go: nothing else can come in between. */
  remove(sha256s: readonly string[]): void;
}

interface FileBlobsDeps {
  /** The data folder. Nobody else may have it open: temporary files in it are of processes that are gone. */
  readonly folder: string;
  readonly newId: () => string;
  /** Called where a name may be visible that isn't durable (a failed fsync): the process must end. */
  readonly broken: (error: TasukiError) => void;
}

const chunkBytes = 256 * 1024;

/** Most files are small, and the making of a stream costs more than to read one. */
async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const { size } = await stat(path);
  if (size <= chunkBytes) yield await readFile(path);
  else yield* createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>; // no encoding is set
}

/** Blobs as read-only files `blobs/ab/<sha256>`. */
export async function openFileBlobs({ folder, newId, broken }: FileBlobsDeps): Promise<FileBlobs> {
  const root = join(folder, "blobs");
  const unfinished = join(root, "unfinished");
  await rm(unfinished, { recursive: true, force: true });
  await makeFolder(unfinished);
  // Whoever made them first may have been killed before their names were durable, and nothing later makes up for it.
  await syncFolder(dirname(folder)).catch((error: unknown) => {
    // Not ours to read, so not of our making either.
    if (!hasErrorCode(error, "EACCES")) throw error;
  });
  for (const made of [folder, root]) await syncFolder(made);
  const prefixes = new Map<string, Promise<void>>();

  const path = (sha256: string): string => blobPath(folder, sha256);
  /** Its name is made durable once per opening, whoever made it. */
  const prefix = (of: string): Promise<void> => {
    const made = prefixes.get(of) ?? makePrefix(of);
    prefixes.set(of, made);
    return made;
  };
  const makePrefix = async (of: string): Promise<void> => {
    try {
      await makeFolder(of);
      await syncFolder(root);
    } catch (error) {
      // A disk without room, for example: the next one tries again.
      prefixes.delete(of);
      throw error;
    }
  };
  const publish = async (from: string, sha256: string): Promise<boolean> => {
    const to = path(sha256);
    try {
      await prefix(dirname(to));
      return await linkDurably(from, to);
    } catch (error) {
      if (hasErrorCode(error, "EIO"))
        broken(new TasukiError("internal", `${to} may not be on the disk: the node must start again`, { cause: error }));
      throw error;
    }
  };

  const stream: Blobs["stream"] = async function* (sha256) {
    const hash = createHash("sha256");
    let held: Buffer | undefined;
    try {
      // The last part is held back until the whole is known to be what it should be.
      for await (const chunk of chunksOf(path(sha256))) {
        if (held !== undefined) yield held;
        hash.update(chunk);
        held = chunk;
      }
    } catch (error) {
      throw hasErrorCode(error, "ENOENT") ? new TasukiError("not_found", `no blob ${sha256} is here`, { cause: error }) : error;
    }
    const got = hash.digest("hex");
    if (got !== sha256)
      throw new TasukiError(
        "digest_mismatch",
        `the bytes of ${path(sha256)} were changed: they hash to ${got}; restore the file, or send it again`,
      );
    if (held !== undefined) yield held;
  };

  return {
    stage(bytes, { maxBytes }) {
      const to = join(unfinished, newId());
      return stageFile(bytes, { path: to, maxBytes, publish: (sha256) => publish(to, sha256) });
    },
    has: (sha256) => existsSync(path(sha256)),
    async read(sha256) {
      const parts: Uint8Array[] = [];
      for await (const part of stream(sha256)) parts.push(part);
      return Buffer.concat(parts);
    },
    stream,
    async copyTo(sha256, to) {
      try {
        await writeFile(to, stream(sha256), { flag: "wx" });
      } catch (error) {
        if (!hasErrorCode(error, "EEXIST")) await rm(to, { force: true });
        throw error;
      }
    },
    async setAside(sha256) {
      const changed = join(root, "changed");
      await makeFolder(changed);
      await rename(path(sha256), join(changed, sha256));
    },
    remove(sha256s) {
      for (const sha256 of sha256s) rmSync(path(sha256), { force: true });
    },
  };
}
