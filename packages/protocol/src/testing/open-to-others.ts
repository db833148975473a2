import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * What lies in a folder, itself included, with rights for others than its owner that it must not have, as `path mode`. Sockets are for the group
 * (0660); data folders, in which they are, and the folders of those let it through (0710); nothing else has any.
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
