import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

const tailBytes = 16_384;
const maxEntries = 256;

/** A stream of a child that is read to nowhere. */
export interface CappedStream {
  /** Bytes seen so far. */
  bytes(): number;
  /** The last 16 KiB as text, for people. */
  tail(): string;
}

/** Reads a stream to its end, and calls `onBytes` for every chunk and `onOver` once, when there are more than `maxBytes`. */
export function watchStream(
  stream: Readable,
  { maxBytes, onBytes, onOver }: { maxBytes: number; onBytes: () => void; onOver: () => void },
): CappedStream {
  let bytes = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    kept.push(chunk);
    keptBytes += chunk.length;
    if (keptBytes > 4 * tailBytes) {
      kept = [Buffer.concat(kept).subarray(-tailBytes)];
      keptBytes = tailBytes;
    }
    onBytes();
    if (before <= maxBytes && bytes > maxBytes) onOver();
  });
  return {
    bytes: () => bytes,
    tail: () => Buffer.concat(kept).subarray(-tailBytes).toString("utf8"),
  };
}

/**
 * Fingerprint of a folder: its own time, and names, sizes and times of what lies directly in it. It differs once somebody has worked there. No more
 * than `maxEntries` names are read, for whoever works there may write a million of them.
 */
export async function readFolderChange(folder: string): Promise<string> {
  const marks: string[] = [];
  const mark = async (name: string): Promise<void> => {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found) marks.push(`${name} ${found.size} ${found.mtimeMs}`);
  };
  await mark(".");
  try {
    for await (const { name } of await opendir(folder)) {
      await mark(name);
      if (marks.length > maxEntries) break;
    }
  } catch {
    // The folder is gone, or can't be read: then that is what changes.
  }
  return marks.join("\n");
}
