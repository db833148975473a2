// Stands for node:fs/promises in a boot's code; everything that is not defined here is Node's own, and nothing of a simulated node uses it.
import { join } from "node:path";
import { Writable } from "node:stream";
import { type Entry, failure } from "./disk.ts";
import { fileWork } from "./file-work.ts";

export * from "node:fs/promises";

type Content = string | Uint8Array | AsyncIterable<Uint8Array>;

interface Folders {
  readonly recursive?: boolean;
}
interface Removal extends Folders {
  readonly force?: boolean;
}
interface Writing {
  readonly flag?: string;
}

const statsOf = (entry: Entry) => ({
  isFile: () => entry.kind === "file",
  isDirectory: () => entry.kind === "folder",
  ino: entry.ino,
  dev: 1,
  size: entry.kind === "file" ? entry.bytes.length : 0,
  mtimeMs: entry.kind === "file" ? entry.modified : 0,
  ctimeMs: entry.kind === "file" ? entry.modified : 0,
});

export const chmod = (path: string): Promise<void> => fileWork(({ disk }) => void disk.get(path));
export const link = (from: string, to: string): Promise<void> => fileWork(({ disk }) => disk.link(from, to));
export const rename = (from: string, to: string): Promise<void> => fileWork(({ disk }) => disk.rename(from, to));
export const stat = (path: string) => fileWork(({ disk }) => statsOf(disk.get(path)));
export const lstat = stat;

export const mkdir = (path: string, options: Folders = {}): Promise<string | undefined> =>
  fileWork(({ disk }) => {
    if (options.recursive !== true && disk.find(path) !== undefined) throw failure("EEXIST", path);
    return disk.makeFolder(path);
  });

export const rm = (path: string, { force = false }: Removal = {}): Promise<void> =>
  fileWork(({ disk }) => {
    if (disk.find(path) !== undefined) disk.remove(path);
    else if (!force) throw failure("ENOENT", path);
  });

export const readFile = (path: string, encoding?: "utf8" | object): Promise<string | Buffer> =>
  fileWork(({ disk }) => {
    const { bytes } = disk.file(path);
    return typeof encoding === "string" ? bytes.toString(encoding) : Buffer.from(bytes);
  });

export async function writeFile(path: string, content: Content, { flag = "w" }: Writing = {}): Promise<void> {
  const bytes = await bytesOf(content);
  await fileWork(({ disk }) => {
    if (flag === "wx" && disk.find(path) !== undefined) throw failure("EEXIST", path);
    disk.write(disk.find(path) === undefined ? disk.create(path) : disk.file(path), bytes);
  });
}

export const readdir = (path: string, options: { withFileTypes?: boolean; recursive?: boolean } = {}) =>
  fileWork(({ disk }) => {
    const entries = list(disk.folder(path), path, options.recursive ?? false);
    return options.withFileTypes === true ? entries : entries.map(({ name }) => name);
  });

function list(entry: Entry, path: string, recursive: boolean): { name: string; parentPath: string; isDirectory(): boolean }[] {
  if (entry.kind === "file") return [];
  return [...entry.names].flatMap(([name, one]) => [
    { name, parentPath: path, isDirectory: () => one.kind === "folder", isFile: () => one.kind === "file" },
    ...(recursive ? list(one, join(path, name), true) : []),
  ]);
}

export const unlink = (path: string): Promise<void> => fileWork(({ disk }) => disk.remove(path));
export const rmdir = unlink;

export async function* opendir(path: string) {
  yield* await readdir(path, { withFileTypes: true });
}

export async function open(path: string, flags = "r") {
  const entry = await fileWork(({ disk }): Entry => (flags === "wx" ? disk.create(path) : disk.get(path)));
  const write = (bytes: Buffer): Promise<void> =>
    fileWork(({ disk }) => {
      if (entry.kind === "folder") throw failure("EISDIR", path);
      disk.write(entry, bytes);
    });
  const finish = async (bytes: Buffer, done: (error?: Error) => void): Promise<void> => {
    try {
      await write(bytes);
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    done();
  };
  const close = async (): Promise<void> => undefined;
  return {
    sync: () => fileWork(({ disk }) => disk.sync(entry)),
    writeFile: async (content: Content) => write(await bytesOf(content)),
    createWriteStream() {
      const parts: Buffer[] = [];
      return new Writable({
        write: (part: Buffer, _encoding, done) => (parts.push(part), done()),
        final: (done) => void finish(Buffer.concat(parts), done),
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function bytesOf(content: Content): Promise<Buffer> {
  if (typeof content === "string") return Buffer.from(content);
  if (content instanceof Uint8Array) return Buffer.from(content);
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}
