import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StageFile } from "@tasuki/protocol";

/** The files of a folder, in the order of their names. */
export async function readFiles(folder: string): Promise<StageFile[]> {
  const names = await readdir(folder);
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}
