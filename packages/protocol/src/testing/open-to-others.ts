import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Paths in a folder, itself included, that are open to others than their owner and must not be, as `path mode`. The group may use a socket (0660),
 * and go through a folder that a socket is in or below (0710); it has no other right, and others have none.
 */
export async function openToOthers(path: string): Promise<readonly string[]> {
  return (await look(path)).open;
}

async function look(path: string): Promise<{ readonly open: readonly string[]; readonly isThrough: boolean }> {
  const found = await lstat(path);
  const names = found.isDirectory() ? await readdir(path) : [];
  const within = await Promise.all(names.map((name) => look(join(path, name))));
  const isThrough = names.includes("config.jsonc") || within.some((each) => each.isThrough);
  const allowed = found.isSocket() ? 0o660 : isThrough ? 0o710 : 0o700;
  // A link has no mode of its own.
  const isOpen = !found.isSymbolicLink() && (found.mode & 0o777 & ~allowed) !== 0;
  const own = isOpen ? [`${path} ${(found.mode & 0o777).toString(8)}`] : [];
  return { open: [...own, ...within.flatMap(({ open }) => open)], isThrough };
}
