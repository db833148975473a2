import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const maxEntries = 256;

/** A fingerprint of names, sizes and times of what lies directly in a folder; when it differs, somebody worked there. */
export async function readFolderChange(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const parts: string[] = [];
  for (const name of names.slice(0, maxEntries)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found) parts.push(`${name} ${found.size} ${found.mtimeMs}`);
  }
  return parts.join("\n");
}
