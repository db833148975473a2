/** Bytes gathered from chunks of any size. They take memory by their own count; a list of chunks takes some 200 bytes for each, and a chunk may be one byte. */
export interface GatheredBytes {
  readonly size: number;
  readonly isCrumbled: boolean;
  add(chunk: Uint8Array): void;
  /** Bytes so far. They are valid until the next `add`. */
  bytes(): Buffer;
}

const mostCrumbs = 4_096;
const crumbBytes = 16;

/** True where bytes came in thousands of chunks of a few bytes each. Nobody sends so who means well, and each chunk costs its reader as much as 64 KiB do. */
export function isCrumbled({ bytes, chunks }: { readonly bytes: number; readonly chunks: number }): boolean {
  return chunks > mostCrumbs && bytes < chunks * crumbBytes;
}

/** Gathers bytes. */
export function gatherBytes(): GatheredBytes {
  let held: Buffer = Buffer.alloc(0);
  let [size, chunks] = [0, 0];
  return {
    get size() {
      return size;
    },
    get isCrumbled() {
      return isCrumbled({ bytes: size, chunks });
    },
    add(chunk) {
      const from = size;
      size += chunk.length;
      chunks += 1;
      // Most bodies are one chunk, which is kept as it is. It is full, so that nothing is ever written into it.
      if (from === 0 && held.length === 0) held = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      else {
        if (size > held.length) {
          const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * held.length));
          held.copy(larger, 0, 0, from);
          held = larger;
        }
        held.set(chunk, from);
      }
    },
    bytes: () => held.subarray(0, size),
  };
}
