import { constants, type Dirent } from "node:fs";
import { lstat, open, opendir } from "node:fs/promises";
import { join } from "node:path";
import { anyRun, artifactOf, isFileOf, type Slot, type StageFile, type Unmet, type Versions, versionsIn } from "@tasuki/protocol";

const maxEntries = 1000;

/** Content of a folder that somebody else wrote to. */
export interface FolderContent {
  /** Files that belong to a slot. */
  readonly files: readonly StageFile[];
  /** Names of plain files that belong to no slot; they are not read. */
  readonly others: readonly string[];
  /** Entries that are no plain files of the size that their contracts allow; they are not read either. */
  readonly unmet: readonly Unmet[];
}

/** Reads a folder; a missing one is an empty one. Follows no link and waits for no pipe. */
export async function readFolder(folder: string, slots: readonly Slot[]): Promise<FolderContent> {
  const files: StageFile[] = [];
  const others: string[] = [];
  const unmet: Unmet[] = [];
  const itself = await lstat(folder).catch(() => undefined);
  if (itself === undefined) return { files, others, unmet };
  if (!itself.isDirectory()) return { files, others, unmet: [refused("out/", "something else")] };
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) {
    entries.push(entry);
    if (entries.length > maxEntries) return { files, others, unmet: [refused("out/", `more than ${maxEntries} files`)] };
  }
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
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

/** Reads the bytes of a plain file. Resolves with a phrase for what is there where it is something else, or larger than `maxBytes`. */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer | string> {
  // The open file is judged, not the listed entry, which can have been exchanged meanwhile.
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

/** Reads the versions that the run.json in a folder pins; none where there is no such file. Its contract reports what is wrong with it. */
export async function readVersions(folder: string): Promise<Versions> {
  const read = await readPlainFile(join(folder, anyRun.file), anyRun.maxBytes);
  return typeof read === "string" ? {} : versionsIn(read.toString("utf8"));
}

function refused(file: string, got: string): Unmet {
  return {
    file,
    expected: file === "out/" ? `a folder with at most ${maxEntries} files` : "a plain file of the size that its contract allows",
    got,
    fix: "write the role's files themselves, under their names, none larger than its contract allows",
  };
}
