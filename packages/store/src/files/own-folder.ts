import { lstat, mkdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { TasukiError } from "@tasuki/contracts";
import { hasErrorCode } from "./durable.ts";

/**
 * Makes a folder within a data folder, where each level is a folder itself. A link that an executor or another user of the machine put in
 * place of one would lead what is written there, or removed, to somewhere else. Rejects with `invalid_state`.
 */
export async function makeOwnFolder(root: string, path: string): Promise<void> {
  for (const level of levelsOf(root, path)) {
    const found = await kindOf(level);
    if (found === "other") throw new TasukiError("invalid_state", `${level} is not a folder but a link or a file: remove it.`);
    if (found === "folder") continue;
    await mkdir(level, { mode: 0o750 }).catch((error: unknown) => {
      // Made by another one of this process's writers meanwhile.
      if (!hasErrorCode(error, "EEXIST")) throw error;
    });
  }
}

/** Whether a path within a data folder leads there through folders only. False where one of them is missing. */
export async function isOwnFolder(root: string, path: string): Promise<boolean> {
  for (const level of levelsOf(root, path)) if ((await kindOf(level)) !== "folder") return false;
  return true;
}

/** The folders from the one within the root down to the path. */
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
