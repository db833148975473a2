import { link, lstat, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hasErrorCode } from "../files/durable.ts";
import { blobPath } from "../files/blob-path.ts";
import type { Blobs } from "../blobs.ts";
import { plainFile } from "../files/plain-file.ts";

export interface PlaceDeps {
  /** The data folder. */
  readonly folder: string;
  readonly blobs: Blobs;
}

/**
 * Gives a blob a readable name: a hard link, or a copy where links can't reach. What lies there already stays. Resolves with what it found:
 * `there` may be anything. The folder is there.
 */
export async function placeBlob({ folder, blobs }: PlaceDeps, sha256: string, path: string): Promise<"linked" | "copied" | "there"> {
  try {
    await link(blobPath(folder, sha256), path);
    return "linked";
  } catch (error) {
    if (hasErrorCode(error, "EEXIST")) return "there";
    if (!hasErrorCode(error, "EXDEV", "EMLINK", "EPERM", "ENOTSUP")) throw error;
    const unfinished = `${path}.unfinished`;
    await rm(unfinished, { force: true });
    await blobs.copyTo(sha256, unfinished);
    await rename(unfinished, path);
    return "copied";
  }
}

/** Whether a path is another name of a blob (a copy isn't, and must be hashed to know). */
export async function isLinkOf(folder: string, sha256: string, path: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(blobPath(folder, sha256)), lstat(path)]);
  return one.ino === other.ino && one.dev === other.dev;
}

/** Writes a file whole; one of the same bytes is left as it is, and a link to one is not: its other end can be changed. */
export async function placeBytes(bytes: Uint8Array, path: string): Promise<void> {
  const there = await readFile(path, { flag: plainFile }).catch(() => undefined);
  if (there?.equals(bytes) === true) return;
  const unfinished = `${path}.unfinished`;
  const write = (): Promise<void> => writeFile(unfinished, bytes, { flag: "wx", mode: 0o440 });
  try {
    await write();
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
    // Of somebody who was killed.
    await rm(unfinished);
    await write();
  }
  await rename(unfinished, path);
}
