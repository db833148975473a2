import { link, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a folder with its parents, and their names durable. */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o750 });
  if (made === undefined) return;
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
    if (folder === made) return;
  }
}

/** Makes the names in a folder durable: fsync of a file says nothing about its name (fsync(2)). */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path);
  await folder.sync();
}

/** Gives a file a second name, unless that is taken: then false. The folder is opened first, so that no error of its inode is lost. */
export async function linkDurably(from: string, to: string): Promise<boolean> {
  await using folder = await open(dirname(to));
  const isNew = await link(from, to).then(
    () => true,
    (error: unknown) => {
      if (hasErrorCode(error, "EEXIST")) return false;
      throw error;
    },
  );
  // Also where it was there: whoever linked it may not have come this far.
  await folder.sync();
  return isNew;
}

export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
