import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * Makes the folder of Node's compile cache (node:module, `enableCompileCache`), for this process and those that it starts: below the
 * system's temporary folder, in a folder of this user's. Code that lies there is run: undefined where somebody else could write it.
 */
export function makeCompileCacheFolder(parent: string = tmpdir()): string | undefined {
  const { uid } = userInfo();
  const folder = join(parent, `tasuki-${uid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0 ? join(folder, "compiled") : undefined;
  } catch {
    // The folder can't be made, such as where a file has its name: everything works without it, and starts slower.
    return undefined;
  }
}
