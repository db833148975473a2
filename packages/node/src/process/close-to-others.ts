import { chmod, lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode, TasukiError } from "@tasuki/protocol";

/** Umask of a node's process and of all that it starts: what they write is for the node's user alone. Sockets get their own mode. */
export const ownUmask = 0o077;

/** Mode of a data folder: the group may go through it, to the sockets. */
const throughOnly = 0o710;

// Entries that the node's own code would follow a link at. What else it writes to, it looks at each time (`makeOwnFolder`), or writes anew.
const neverLinks = new Set(["blobs", "logs", "node.sqlite", "node.sqlite-shm", "node.sqlite-wal"]);

/**
 * Closes a data folder to group and others, whoever made what is in it: an earlier release, or a person with another umask. Sockets stay as
 * they are; links, and what belongs to another user, are left alone. A folder that is not there is no error. Rejects with `invalid_state` where
 * there is a link in place of what the node writes.
 */
export async function closeToOthers(data: string): Promise<void> {
  try {
    await narrow(data, throughOnly);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return;
    throw error;
  }
  for (const name of await readdir(data)) {
    const path = join(data, name);
    const found = await lstat(path);
    if (found.isSymbolicLink() && neverLinks.has(name))
      throw new TasukiError("invalid_state", `${path} is a link, and nothing is written through one: put the file or folder itself there.`);
    if (!found.isSymbolicLink() && !found.isSocket()) await narrow(path, 0o700);
  }
}

/** Takes from group and others every right that `most` hasn't. */
async function narrow(path: string, most: number): Promise<void> {
  const { mode } = await stat(path);
  const narrowed = mode & (0o7700 | most);
  if (narrowed === (mode & 0o7777)) return;
  await chmod(path, narrowed).catch((error: unknown) => {
    // Only its owner may change a file's mode: what root has put here for this node is root's to close.
    if (!hasErrorCode(error, "EPERM")) throw error;
  });
}
