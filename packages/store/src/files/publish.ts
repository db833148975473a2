import { createReadStream } from "node:fs";
import { TasukiError } from "@tasuki/protocol";
import type { Store } from "../port/store.ts";
import { plainFile } from "./own-folder.ts";

export interface Published {
  /** The digest that the bytes must have; bytes of any other are refused. */
  readonly sha256?: string;
  /** `name@version` of the contract that the bytes passed. */
  readonly contract?: string;
  readonly now: number;
  /** Cap on the file, bytes. */
  readonly maxBytes?: number;
}

/** Makes bytes, or those of a file, durable under their digest, and records that they are here. Rejects with `digest_mismatch` where that is not the expected one. */
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
  await store.addBlob({ sha256: staged.sha256, size: staged.size, ...(contract !== undefined && { contract }), now });
  return { sha256: staged.sha256, size: staged.size };
}

/** Content of a file. The stream is opened by its first reader: an error of a stream that nobody reads yet would end the process. */
async function* contentOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path, { flags: plainFile }) as AsyncIterable<Buffer>; // no encoding is set
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
