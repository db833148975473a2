import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

const tailBytes = 16_384;
const maxEntries = 256;

/** Listener to a stream while a job is done. */
interface StreamListener {
  readonly maxBytes: number;
  /** Called for every chunk. */
  readonly onBytes: () => void;
  /** Called once, when there are more than `maxBytes`. */
  readonly onOver: () => void;
}

/** A stream of a child that is read to nowhere. */
export interface CappedStream {
  /** Bytes seen since `listen` was called last. */
  bytes(): number;
  /** The last 16 KiB of them as text, for people. */
  tail(): string;
  /** Begins to count anew, for another listener. */
  listen(listener: StreamListener): void;
}

/** Reads a stream to its end. What comes before anybody listens is counted, and nobody is told. */
export function watchStream(stream: Readable): CappedStream {
  let bytes = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let told: StreamListener | undefined;
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
    told?.onBytes();
    if (told !== undefined && before <= told.maxBytes && bytes > told.maxBytes) told.onOver();
  });
  return {
    bytes: () => bytes,
    tail: () => Buffer.concat(kept).subarray(-tailBytes).toString("utf8"),
    listen(listener) {
      [bytes, kept, keptBytes, told] = [0, [], 0, listener];
    },
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
