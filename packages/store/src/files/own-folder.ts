import { constants } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { TasukiError, hasErrorCode } from "@tasuki/protocol";

/**
 * Makes a folder within a data folder, where each level is a folder itself. A link that an executor or another user of the machine put in
 * place of one would lead what is written there, or removed, to somewhere else. Rejects with `invalid_state`.
 */
export async function makeOwnFolder(root: string, path: string): Promise<void> {
  for (const level of levelsOf(root, path)) {
    const found = await kindOf(level);
    if (found === "other") throw new TasukiError("invalid_state", `${level} is not a folder but a link or a file: remove it.`);
    if (found === "folder") continue;
    await mkdir(level, { mode: 0o700 }).catch((error: unknown) => {
      // Another writer of this process may have made the level meanwhile.
      if (!hasErrorCode(error, "EEXIST")) throw error;
    });
  }
}

/** Resolves with true where every level of a path within a data folder is a folder, and with false where one is missing or something else. */
export async function isOwnFolder(root: string, path: string): Promise<boolean> {
  for (const level of levelsOf(root, path)) if ((await kindOf(level)) !== "folder") return false;
  return true;
}

/**
 * Flags that open a plain file for reading, in a folder where others can write: a link is not followed (ELOOP), and opening a pipe does not
 * wait for its writer. Node takes this number as `flags`, though its types ask for a string.
 */
export const plainFile = (constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK) as unknown as string;

/** The levels of a path, from the one directly within the root down to the path itself. */
function levelsOf(root: string, path: string): string[] {
  const names = relative(root, path).split(sep);
  return names.map((_, at) => join(root, ...names.slice(0, at + 1)));
}

async function kindOf(path: string): Promise<"folder" | "other" | "none"> {
  try {
    return (await lstat(path)).isDirectory() ? "folder" : "other";
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return "none";
    throw error;
  }
}
