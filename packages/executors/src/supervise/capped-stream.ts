import type { Readable } from "node:stream";

const tailBytes = 16_384;

export interface CappedStream {
  /** Bytes seen so far. */
  bytes(): number;
  /** The last 16 KiB as text, for people. */
  tail(): string;
}

/** Reads a stream to nowhere: counts its bytes, keeps its tail, and says once when it is over its cap. */
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
