import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { chmod, lstat, opendir, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode } from "@tasuki/protocol";

// Names that are read from a folder at a time.
const batch = 64;

/**
 * Names of a folder, one after the other, so that a folder of a million of them takes no more memory or time at once than a small one. Links are
 * not followed, but for one in place of the folder itself. Nothing where there is no folder.
 */
export async function* entriesIn(folder: string): AsyncGenerator<Dirent, void, undefined> {
  try {
    yield* await opendir(folder, { bufferSize: batch });
  } catch (error) {
    if (!hasErrorCode(error, "ENOENT", "ENOTDIR")) throw error;
  }
}

/**
 * Removes a folder and all that is in it, whoever filled it: however many names there are, however deep, and whatever modes its owner gave them.
 * Links are removed, and not followed; one in place of the folder, too. Rejects at the first entry that can't be removed.
 */
export async function removeFolder(folder: string): Promise<void> {
  const found = await lstat(folder).catch(unlessGone);
  if (found === undefined) return;
  if (found.isDirectory()) await empty(folder, (path) => remove(path, folder));
  else await unlink(folder);
}

/** Removes a folder in `root`. The folders in it are moved up into `root` first: a path that grows with their depth would become too long. */
async function remove(folder: string, root: string): Promise<void> {
  await empty(folder, async (path) => {
    await chmod(path, 0o700);
    await rename(path, join(root, randomUUID()));
  });
}

/** Empties a folder and removes it: plain files and links itself, what is a folder by `clear`. */
async function empty(folder: string, clear: (path: string) => Promise<void>): Promise<void> {
  await chmod(folder, 0o700).catch(unlessGone);
  // Names that come or go while a folder is read may be passed over, so it is read until none is left.
  for (let isEmpty = false; !isEmpty;) {
    isEmpty = true;
    for await (const entry of entriesIn(folder)) {
      isEmpty = false;
      const path = join(folder, entry.name);
      await (entry.isDirectory() ? clear(path) : unlink(path)).catch(unlessGone);
    }
  }
  await rmdir(folder).catch(unlessGone);
}

function unlessGone(error: unknown): undefined {
  if (!hasErrorCode(error, "ENOENT")) throw error;
}
