// Stands for node:fs in a boot's code.
import { fileWork, theBoot } from "./file-work.ts";

export * from "node:fs";

export const existsSync = (path: string): boolean => theBoot().disk.find(path) !== undefined;

export function rmSync(path: string): void {
  const { disk } = theBoot();
  if (disk.find(path) !== undefined) disk.remove(path);
}

/** An iterable of parts: nothing of a node uses more of a stream than that. */
export async function* createReadStream(path: string, { highWaterMark = 65_536 } = {}): AsyncGenerator<Buffer, void, undefined> {
  const bytes = await fileWork(({ disk }) => disk.file(path).bytes);
  for (let at = 0; at < bytes.length; at += highWaterMark) yield Buffer.from(bytes.subarray(at, at + highWaterMark));
}
