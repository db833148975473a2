import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { artifactOf, isFileOf, type AnyRole } from "@tasuki/contracts";

/** SHA-256 by name of what a role consumes of `in/`, before a program that could change it is started. Bytes are hashed, not read as documents. */
export async function snapshotInputs(folder: string, role: AnyRole): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const consumed = names.filter((name) => role.consumes.some((slot) => isFileOf(artifactOf(slot), name)));
  const digests: [string, string][] = [];
  for (const name of consumed.sort()) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, name)), hash);
    digests.push([name, hash.digest("hex")]);
  }
  return Object.fromEntries(digests);
}
