import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { artifactOf, isFileOf, type Slot, type StageFile, type Unmet } from "@tasuki/contracts";

const maxEntries = 1000;

export interface FolderContent {
  /** Files that belong to a slot. */
  readonly files: readonly StageFile[];
  /** Names of plain files that belong to none; not read. */
  readonly others: readonly string[];
  /** What isn't a plain file of the size that its contract allows; not read either. */
  readonly unmet: readonly Unmet[];
}

/** What somebody else left in a folder; a missing folder is an empty one. Follows no link and waits for no pipe. */
export async function readFolder(folder: string, slots: readonly Slot[]): Promise<FolderContent> {
  const files: StageFile[] = [];
  const others: string[] = [];
  const unmet: Unmet[] = [];
  const itself = await lstat(folder).catch(() => undefined);
  if (itself === undefined) return { files, others, unmet };
  if (!itself.isDirectory()) return { files, others, unmet: [refused("out/", "something else")] };
  const entries = (await readdir(folder, { withFileTypes: true })).sort((one, other) => (one.name < other.name ? -1 : 1));
  if (entries.length > maxEntries) return { files, others, unmet: [refused("out/", `${entries.length} files`)] };
  for (const entry of entries) {
    const slot = slots.find((slot) => isFileOf(artifactOf(slot), entry.name));
    if (!entry.isFile()) unmet.push(refused(entry.name, entry.isSymbolicLink() ? "a symbolic link" : "a folder, a pipe or a device"));
    else if (slot === undefined) others.push(entry.name);
    else {
      const read = await readPlainFile(join(folder, entry.name), artifactOf(slot).maxBytes);
      if (typeof read === "string") unmet.push(refused(entry.name, read));
      else files.push({ name: entry.name, bytes: read });
    }
  }
  return { files, others, unmet };
}

/** The bytes of a plain file; a phrase for what it is where it is something else or larger than `maxBytes`. */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer | string> {
  // Between listing and opening the entry can have been exchanged: what was opened is judged, not what was listed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    await using file = await open(path, flags);
    const found = await file.stat();
    if (!found.isFile()) return "no plain file";
    if (found.size > maxBytes) return `${found.size} bytes, where ${maxBytes} are allowed`;
    const buffer = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(buffer, 0, found.size, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    return error instanceof Error && "code" in error ? `a file that can't be read (${String(error.code)})` : String(error);
  }
}

function refused(file: string, got: string): Unmet {
  return {
    file,
    expected: file === "out/" ? `a folder with at most ${maxEntries} files` : "a plain file of the size that its contract allows",
    got,
    fix: "write the role's files themselves, under their names, none larger than its contract allows",
  };
}
