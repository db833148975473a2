import { randomUUID } from "node:crypto";
import { link, open, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file whole, through to the disk, unless one of its name is there: that one is kept. */
export async function writeOnce(path: string, text: string, mode: number): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    await writeFile(unfinished, text, { mode, flag: "wx", flush: true });
    await link(unfinished, path).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
  await using folder = await open(dirname(path));
  await folder.sync();
}
