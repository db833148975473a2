import { createReadStream } from "node:fs";
import { TasukiError } from "@tasuki/protocol";
import type { SmallBlob, StagedBlob } from "../port/blobs.ts";
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

type Source = Uint8Array | { readonly path: string };
type Kept = Pick<Store, "blobs" | "addBlob">;

/** Makes bytes, or those of a file, durable under their digest, and records that they are here. Rejects with `digest_mismatch` where that is not the expected one. */
export async function publish(store: Kept, source: Source, as: Published): Promise<{ readonly sha256: string; readonly size: number }> {
  await using staged = await stage(store, source, as);
  return await addStaged(store, staged, as);
}

/** Files on their way into one commit. */
export interface Carried {
  /** As `publish`, but that a small blob is not here before the commit that brings `blobs`. */
  add(source: Source, as: Published): ReturnType<typeof publish>;
  /** Small blobs to be brought by the commit that names them. */
  readonly blobs: readonly SmallBlob[];
}

/** Bytes of small blobs that one commit brings at most: they are in memory until then. */
const carriedAtMost = 1024 * 1024;

/** Carries small files into a commit that names them, so that they need none of their own; what is large, or too much, is published at once. */
export function carryInto(store: Kept): Carried {
  const blobs: SmallBlob[] = [];
  let carried = 0;
  return {
    blobs,
    async add(source, as) {
      await using staged = await stage(store, source, as);
      const { sha256, size, bytes } = staged;
      if (bytes === undefined || carried + size > carriedAtMost) return await addStaged(store, staged, as);
      carried += size;
      blobs.push({ sha256, size, bytes, ...(as.contract !== undefined && { contract: as.contract }) });
      return { sha256, size };
    },
  };
}

async function stage(store: Kept, source: Source, { sha256, maxBytes = Number.MAX_SAFE_INTEGER }: Published): Promise<StagedBlob> {
  const staged = await store.blobs.stage(source instanceof Uint8Array ? once(source) : contentOf(source.path), { maxBytes });
  if (sha256 === undefined || staged.sha256 === sha256) return staged;
  await staged[Symbol.asyncDispose]();
  throw new TasukiError("digest_mismatch", `the bytes hash to ${staged.sha256}, not to ${sha256} as declared; they are not kept`);
}

async function addStaged(store: Kept, staged: StagedBlob, { contract, now }: Published): ReturnType<typeof publish> {
  const { sha256, size, bytes } = staged;
  await staged.publish();
  await store.addBlob({ sha256, size, now, ...(bytes && { bytes }), ...(contract !== undefined && { contract }) });
  return { sha256, size };
}

/** Content of a file. The stream is opened by its first reader: an error of a stream that nobody reads yet would end the process. */
async function* contentOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path, { flags: plainFile }) as AsyncIterable<Buffer>; // no encoding is set
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
