import { hasErrorCode } from "@tasuki/protocol";
import { link, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a folder with its parents, for their owner alone unless `mode` says more, and their names durable. */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode });
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

/**
 * Gives a file a second name, durably. Resolves with false where that name is taken. The folder is opened before the link is made, so that
 * its `sync` reports every write error since then.
 */
export async function linkDurably(from: string, to: string): Promise<boolean> {
  await using folder = await open(dirname(to));
  const isNew = await link(from, to).then(
    () => true,
    (error: unknown) => {
      if (hasErrorCode(error, "EEXIST")) return false;
      throw error;
    },
  );
  // The folder is synced also where the name was taken: the process that made that link may have been killed before its own sync.
  await folder.sync();
  return isNew;
}
