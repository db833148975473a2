import { hasErrorCode } from "@tasuki/protocol";
import { link, lstat, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { blobPath, type Blobs, type DiskFloor, plainFile } from "@tasuki/store";

export interface PlaceDeps {
  /** Data folder of the node. */
  readonly folder: string;
  readonly blobs: Blobs;
  readonly diskFloor: DiskFloor;
}

/**
 * Places a blob under a readable name, in a folder that is there: as a hard link, or as a copy where links can't reach, or there are as many as
 * may be. An entry that has that name already stays, and may be anything (`there`). A link takes no room; a copy rejects with `disk_full` below the
 * disk's floor.
 */
export async function placeBlob(
  { folder, blobs, diskFloor }: PlaceDeps,
  sha256: string,
  path: string,
): Promise<"linked" | "copied" | "there"> {
  try {
    await link(await blobs.fileOf(sha256), path);
    return "linked";
  } catch (error) {
    if (hasErrorCode(error, "EEXIST")) return "there";
    if (!hasErrorCode(error, "EXDEV", "EMLINK", "EPERM", "ENOTSUP")) throw error;
    const { size } = await stat(blobPath(folder, sha256));
    using _ = await diskFloor.reserve(size);
    const unfinished = `${path}.unfinished`;
    await rm(unfinished, { force: true });
    await blobs.copyTo(sha256, unfinished);
    await rename(unfinished, path);
    return "copied";
  }
}

/** True where a path is another name of a blob. A copy isn't, and must be hashed to know. */
export async function isLinkOf(folder: string, sha256: string, path: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(blobPath(folder, sha256)), lstat(path)]);
  return one.ino === other.ino && one.dev === other.dev;
}

/**
 * Places bytes as a file, which is not whole before this resolves. A file of the same bytes stays as it is; a link to one does not, since its other end
 * can be changed.
 */
export async function placeBytes(bytes: Uint8Array, path: string): Promise<void> {
  const write = (): Promise<void> => writeFile(path, bytes, { flag: "wx", mode: 0o400 });
  try {
    await write();
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
    const there = await readFile(path, { flag: plainFile }).catch(() => undefined);
    if (there?.equals(bytes) === true) return;
    await rm(path);
    await write();
  }
}

/** Places bytes as `placeBytes` does, but that the file is whole as soon as it is there. */
export async function placeWhole(bytes: Uint8Array, path: string): Promise<void> {
  // An unfinished file is that of a process that was killed.
  await placeBytes(bytes, `${path}.unfinished`);
  await rename(`${path}.unfinished`, path);
}
