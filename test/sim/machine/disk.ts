import type { DatabaseSync } from "node:sqlite";
import { basename, dirname } from "node:path";

interface FileNode {
  readonly kind: "file";
  readonly ino: number;
  bytes: Buffer;
  /** Bytes that an fsync has made durable; undefined before the first. */
  synced: Buffer | undefined;
  modified: number;
}
interface FolderNode {
  readonly kind: "folder";
  readonly ino: number;
  names: Map<string, Entry>;
  synced: ReadonlyMap<string, Entry>;
}
export type Entry = FileNode | FolderNode;

/**
 * The files of one machine, in memory. Changes that were not synced (a file's bytes, a folder's names) are lost with the power, and kept
 * where only the process dies. Everything is synchronous; errors have Node's codes.
 */
export interface Disk {
  /** True where there is no room for one more byte. */
  full: boolean;
  /** True where the file system says that it is full, to whoever asks; a quota may not. */
  saysSo: boolean;
  /** Makes a folder and its parents. Returns the first that was made, if any. */
  makeFolder(path: string): string | undefined;
  create(path: string): FileNode;
  write(file: FileNode, bytes: Buffer): void;
  find(path: string): Entry | undefined;
  /** Throws ENOENT. */
  get(path: string): Entry;
  file(path: string): FileNode;
  folder(path: string): FolderNode;
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  sync(entry: Entry): void;
  /** Power is cut: what was never synced is gone. */
  losePower(): void;
  /** Databases by path: a commit is durable once it returns. */
  readonly databases: Map<string, DatabaseSync>;
  /** Databases whose commits don't wait for the disk: all commits since they were told so are one transaction, which the power takes. */
  readonly unsynced: Set<DatabaseSync>;
}

export function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: '${path}' (simulated)`), { code, path });
}

export function createDisk(): Disk {
  let inodes = 0;
  let writes = 0;
  const newFolder = (): FolderNode => ({ kind: "folder", ino: (inodes += 1), names: new Map(), synced: new Map() });
  const newFile = (): FileNode => ({
    kind: "file",
    ino: (inodes += 1),
    bytes: Buffer.alloc(0),
    synced: undefined,
    modified: (writes += 1),
  });
  const root = newFolder();

  const find = (path: string): Entry | undefined => {
    let at: Entry | undefined = root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      at = at?.kind === "folder" ? at.names.get(name) : undefined;
    }
    return at;
  };
  const get = (path: string): Entry => {
    const entry = find(path);
    if (entry === undefined) throw failure("ENOENT", path);
    return entry;
  };
  const folder = (path: string): FolderNode => {
    const entry = get(path);
    if (entry.kind !== "folder") throw failure("ENOTDIR", path);
    return entry;
  };
  const file = (path: string): FileNode => {
    const entry = get(path);
    if (entry.kind !== "file") throw failure("EISDIR", path);
    return entry;
  };
  const demandRoom = (path: string): void => {
    if (disk.full) throw failure("ENOSPC", path);
  };
  const forget = (entry: Entry): void => {
    if (entry.kind === "file") {
      entry.bytes = entry.synced ?? Buffer.alloc(0);
      return;
    }
    entry.names = new Map(entry.synced);
    for (const one of entry.names.values()) forget(one);
  };

  const disk: Disk = {
    full: false,
    saysSo: false,
    find,
    get,
    file,
    folder,
    databases: new Map(),
    unsynced: new Set(),
    makeFolder(path) {
      let first: string | undefined;
      let at = root;
      let walked = "";
      for (const name of path.split("/")) {
        if (name === "") continue;
        walked += `/${name}`;
        const there = at.names.get(name);
        if (there?.kind === "file") throw failure("EEXIST", walked);
        if (there === undefined) demandRoom(walked);
        const next = there ?? newFolder();
        if (there === undefined) first ??= walked;
        at.names.set(name, next);
        at = next;
      }
      return first;
    },
    create(path) {
      const parent = folder(dirname(path));
      if (parent.names.has(basename(path))) throw failure("EEXIST", path);
      demandRoom(path);
      const made = newFile();
      parent.names.set(basename(path), made);
      return made;
    },
    write(entry, bytes) {
      demandRoom("a file");
      entry.bytes = bytes;
      entry.modified = writes += 1;
    },
    link(from, to) {
      const parent = folder(dirname(to));
      const entry = file(from);
      if (parent.names.has(basename(to))) throw failure("EEXIST", to);
      demandRoom(to);
      parent.names.set(basename(to), entry);
    },
    rename(from, to) {
      const entry = get(from);
      folder(dirname(to)).names.set(basename(to), entry);
      folder(dirname(from)).names.delete(basename(from));
    },
    remove(path) {
      folder(dirname(path)).names.delete(basename(path));
    },
    sync(entry) {
      if (entry.kind === "file") entry.synced = entry.bytes;
      else entry.synced = new Map(entry.names);
    },
    losePower() {
      forget(root);
      for (const database of disk.unsynced) if (database.isTransaction) database.exec("ROLLBACK");
    },
  };
  return disk;
}
