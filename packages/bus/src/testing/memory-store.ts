import { sha256Of, TasukiError } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";

/** Creates blobs in memory, for tests. `traces` counts the staged ones that were not disposed of. */
export function createMemoryStore() {
  const blobs = new Map<string, { bytes: Buffer; contracts: string[] }>();
  let staged = 0;
  const store: Pick<Store, "blobs" | "addBlob"> = {
    blobs: {
      async stage(source, { maxBytes }) {
        staged += 1;
        const chunks: Uint8Array[] = [];
        try {
          for await (const chunk of source) {
            chunks.push(chunk);
            const size = chunks.reduce((sum, { length }) => sum + length, 0);
            if (size > maxBytes) throw new TasukiError("too_large", `The content has more than ${maxBytes} bytes.`);
          }
        } catch (error) {
          staged -= 1;
          throw error;
        }
        const bytes = Buffer.concat(chunks);
        const sha256 = sha256Of(bytes);
        return {
          sha256,
          size: bytes.length,
          read: async () => bytes,
          bytes,
          publish: async () => undefined,
          async [Symbol.asyncDispose]() {
            staged -= 1;
          },
        };
      },
      read: async () => Buffer.alloc(0),
      stream: async function* () {},
      fileOf: async (sha256) => sha256,
      moveChanged: async () => undefined,
      copyTo: async () => undefined,
    },
    async addBlob({ sha256, contract, bytes = Buffer.alloc(0) }) {
      const isNew = !blobs.has(sha256);
      const { contracts } = blobs.get(sha256) ?? { contracts: [] };
      blobs.set(sha256, { bytes: Buffer.from(bytes), contracts: [...contracts, ...(contract === undefined ? [] : [contract])] });
      return isNew;
    },
  };
  return { store, traces: () => ({ staged, blobs: [...blobs].map(([sha256, { contracts }]) => ({ sha256, contracts })) }) };
}
