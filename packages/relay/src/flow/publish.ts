import { createReadStream } from "node:fs";
import { TasukiError } from "@tasuki/contracts";
import { plainFile, type Store } from "@tasuki/store";

export interface Published {
  /** Expected digest; other bytes are refused. */
  readonly sha256?: string;
  /** `name@version`, where the bytes passed that contract. */
  readonly contract?: string;
  readonly now: number;
  /** The cap on a file, bytes. */
  readonly maxBytes?: number;
}

/** Makes bytes, or a file's, durable under their digest. Rejects with `digest_mismatch` where they aren't those expected. */
export async function publish(
  store: Pick<Store, "blobs" | "addBlob">,
  source: Uint8Array | { readonly path: string },
  { sha256, contract, now, maxBytes = Number.MAX_SAFE_INTEGER }: Published,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const bytes = source instanceof Uint8Array ? once(source) : contentOf(source.path);
  await using staged = await store.blobs.stage(bytes, { maxBytes });
  if (sha256 !== undefined && staged.sha256 !== sha256)
    throw new TasukiError("digest_mismatch", `the bytes hash to ${staged.sha256}, not to ${sha256} as declared; they are not kept`);
  await staged.publish();
  if (contract !== undefined) await store.addBlob({ sha256: staged.sha256, size: staged.size, contract, now });
  return { sha256: staged.sha256, size: staged.size };
}

/** Opened when it is read: an error that comes before anybody reads would end the process. */
async function* contentOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path, { flags: plainFile }) as AsyncIterable<Buffer>; // no encoding is set
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
