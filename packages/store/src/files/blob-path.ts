import { join } from "node:path";
import { Sha256, TasukiError } from "@tasuki/contracts";

/** Where a data folder keeps the bytes of a digest. Throws `not_found` for anything else: digests come from messages, paths don't. */
export function blobPath(folder: string, sha256: string): string {
  if (!Sha256.safeParse(sha256).success) throw new TasukiError("not_found", `'${sha256}' is not a SHA-256 digest`);
  return join(folder, "blobs", sha256.slice(0, 2), sha256);
}
