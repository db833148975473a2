import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Sha256, TasukiError, hasErrorCode, sha256Of } from "@tasuki/protocol";
import type { Blobs } from "../port/blobs.ts";
import { linkDurably, makeFolder, syncFolder } from "./durable.ts";
import { makeOwnFolder } from "./own-folder.ts";
import { stageBytes } from "./stage-bytes.ts";

export interface FileBlobs extends Blobs {
  /** Size of a blob's file, bytes; undefined where there is none. */
  sizeOf(sha256: string): Promise<number | undefined>;
  /** Digests that have a file. */
  list(): Promise<readonly string[]>;
  /** Deletes the files of blobs. A file that is not there is no error. */
  remove(sha256s: readonly string[]): Promise<void>;
  /** Begins to make the files of small blobs, one after another. One that can't be made now is made when it is needed. */
  makeFiles(sha256s: readonly string[]): void;
  /** Begins no further file, and resolves once those that are under way are written or given up: the data folder is left alone from then on. */
  end(): Promise<void>;
}

interface FileBlobsDeps {
  /** The data folder. It belongs to this process alone: its temporary files are those of processes that are gone, and are removed. */
  readonly folder: string;
  readonly newId: () => string;
  /** Bytes that the row of a small blob holds. */
  readonly bytesOf: (sha256: string) => Promise<Uint8Array | undefined>;
  /** Called where the disk can't keep a file, or a name may be visible that isn't durable (a failed fsync): the process must end. */
  readonly broken: (error: TasukiError) => void;
}

const chunkBytes = 256 * 1024;

/** Path of a blob's file in a data folder. Throws `not_found` for text that is no digest: digests come from messages, and paths must not. */
export function blobPath(folder: string, sha256: string): string {
  if (!Sha256.safeParse(sha256).success) throw new TasukiError("not_found", `'${sha256}' is not a SHA-256 digest`);
  return join(folder, "blobs", sha256.slice(0, 2), sha256);
}

/** Chunks of a file. A small file is read whole, since most are small, and a stream costs more than the reading. */
async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const { size } = await stat(path);
  if (size <= chunkBytes) yield await readFile(path);
  else yield* createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>; // no encoding is set
}

/** Blobs as read-only files `blobs/ab/<sha256>`, which those of small blobs are pictures of their rows. */
export async function openFileBlobs({ folder, newId, bytesOf, broken }: FileBlobsDeps): Promise<FileBlobs> {
  const root = join(folder, "blobs");
  const unfinished = join(root, "unfinished");
  /** Makes a folder that is no link, its name durable. */
  const makeOwn = async (path: string): Promise<void> => {
    await makeFolder(path);
    await makeOwnFolder(folder, path);
  };
  await makeOwn(root);
  await rm(unfinished, { recursive: true, force: true });
  await makeOwn(unfinished);
  // `folder` and `root` are synced at each opening: the process that made them may have been killed before their names were durable, and no
  // later sync makes up for it.
  await syncFolder(dirname(folder)).catch((error: unknown) => {
    // A parent that this user may not read is not one in which this user made the folder.
    if (!hasErrorCode(error, "EACCES")) throw error;
  });
  for (const made of [folder, root]) await syncFolder(made);
  const prefixes = new Map<string, Promise<void>>();

  const path = (sha256: string): string => blobPath(folder, sha256);
  /** The two-digit folder of a blob. Its name is synced once per opening, also where an earlier process made it. */
  const prefix = (of: string): Promise<void> => {
    const made = prefixes.get(of) ?? makePrefix(of);
    prefixes.set(of, made);
    return made;
  };
  const makePrefix = async (of: string): Promise<void> => {
    try {
      await makeOwn(of);
      await syncFolder(root);
    } catch (error) {
      // The error may pass (a disk without room), so the next blob makes the prefix again.
      prefixes.delete(of);
      throw error;
    }
  };
  const publish = async (from: string, sha256: string): Promise<void> => {
    const to = path(sha256);
    try {
      await prefix(dirname(to));
      await linkDurably(from, to);
    } catch (error) {
      if (hasErrorCode(error, "EIO"))
        broken(new TasukiError("internal", `${to} may not be on the disk: the node must start again`, { cause: error }));
      return refuseReadOnly(error);
    }
  };
  /** A disk that was made read-only, as Linux does after an error of its file system, takes nothing until somebody looks after it. */
  const refuseReadOnly = (error: unknown): never => {
    if (!hasErrorCode(error, "EROFS")) throw error;
    const failure = new TasukiError(
      "internal",
      `${root} can't be written, for its file system is read-only: check the disk, mount it writable, then start the node again`,
      { cause: error },
    );
    broken(failure);
    throw failure;
  };

  const stream: Blobs["stream"] = async function* (sha256) {
    const small = await bytesOf(sha256);
    // Bytes that were changed in the row may be as they were in the file.
    if (small !== undefined && sha256Of(small) === sha256) return yield small;
    yield* streamFile(sha256);
  };
  const streamFile: Blobs["stream"] = async function* (sha256) {
    const hash = createHash("sha256");
    let held: Buffer | undefined;
    try {
      // One chunk is always held back, so that no reader gets the last one before the whole has been hashed.
      for await (const chunk of chunksOf(path(sha256))) {
        if (held !== undefined) yield held;
        hash.update(chunk);
        held = chunk;
      }
    } catch (error) {
      if (!hasErrorCode(error, "ENOENT")) throw error;
      throw new TasukiError("not_found", `the bytes of ${path(sha256)} are gone: restore the file, or send it again`, { cause: error });
    }
    const got = hash.digest("hex");
    if (got !== sha256)
      throw new TasukiError(
        "digest_mismatch",
        `the bytes of ${path(sha256)} were changed: they hash to ${got}; restore the file, or send it again`,
      );
    if (held !== undefined) yield held;
  };

  const sizeOf: FileBlobs["sizeOf"] = (sha256) =>
    stat(path(sha256)).then(
      ({ size }) => size,
      (error: unknown) => {
        if (hasErrorCode(error, "ENOENT")) return undefined;
        throw error;
      },
    );

  const making = new Map<string, Promise<string>>();
  const fileOf: Blobs["fileOf"] = (sha256) => {
    const made = making.get(sha256) ?? writing(() => makeFile(sha256)).finally(() => making.delete(sha256));
    making.set(sha256, made);
    return made;
  };
  const makeFile = async (sha256: string): Promise<string> => {
    const to = path(sha256);
    const small = await bytesOf(sha256);
    const size = small && (await sizeOf(sha256));
    if (small === undefined || size === small.length) return to;
    // A file of another size was cut short: by the end of the process that wrote it, or by a loss of power.
    if (size !== undefined) await rm(to, { force: true });
    await makeOwnFolder(folder, dirname(to));
    await writeFile(to, small, { flag: "wx", mode: 0o400 });
    return to;
  };

  const underWay = new Set<Promise<unknown>>();
  let hasEnded = false;
  /** Writes a file, where the store has not ended: whoever sends one may not know yet that it has. */
  const writing = <Written>(write: () => Promise<Written>): Promise<Written> => {
    if (hasEnded) return Promise.reject(new TasukiError("unavailable", "the store is closed: the node is stopping"));
    const written = write().finally(() => underWay.delete(written));
    underWay.add(written);
    return written;
  };

  return {
    stage: (bytes, { maxBytes }) =>
      writing(() => {
        const to = join(unfinished, newId());
        const publishing = (sha256: string): Promise<void> => writing(() => publish(to, sha256));
        return stageBytes(bytes, { path: to, maxBytes, publish: publishing }).catch(refuseReadOnly);
      }),
    async end() {
      hasEnded = true;
      await Promise.allSettled(underWay);
    },
    sizeOf,
    fileOf,
    makeFiles(sha256s) {
      const makeAll = async (): Promise<void> => {
        for (const sha256 of sha256s) await fileOf(sha256);
      };
      makeAll().catch(() => undefined);
    },
    async list() {
      const entries = await readdir(root, { withFileTypes: true });
      const prefixes = entries.filter((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)).map(({ name }) => name);
      const names = await Promise.all(prefixes.map((prefix) => readdir(join(root, prefix))));
      return names.flat().filter((name) => Sha256.safeParse(name).success);
    },
    async read(sha256) {
      const parts: Uint8Array[] = [];
      for await (const part of stream(sha256)) parts.push(part);
      return Buffer.concat(parts);
    },
    stream,
    async copyTo(sha256, to) {
      try {
        await writeFile(to, stream(sha256), { flag: "wx", mode: 0o600 });
      } catch (error) {
        if (!hasErrorCode(error, "EEXIST")) await rm(to, { force: true });
        throw error;
      }
    },
    async moveChanged(sha256) {
      const changed = join(root, "changed");
      await makeOwn(changed);
      await rename(path(sha256), join(changed, sha256));
    },
    async remove(sha256s) {
      for (const sha256 of sha256s) await rm(path(sha256), { force: true });
    },
  };
}
