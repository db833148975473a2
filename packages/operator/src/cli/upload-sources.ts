import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Attachment } from "@tasuki/contracts";
import { sourceContract } from "@tasuki/relay";
import type { OperatorClient } from "../api/operator-client.ts";
import { type SourceFile, sourceName } from "./collect-sources.ts";

const contract = `${sourceContract.name}@${sourceContract.version}`;
// Main commits what arrives together; a few at once keep it busy.
const atOnce = 6;
const maxLabel = 1_024;

/** Uploads documents to main; resolves with what a task names them by, in their order. */
export async function uploadSources(
  client: OperatorClient,
  sources: readonly SourceFile[],
  { signal }: { signal: AbortSignal },
): Promise<Attachment[]> {
  const attachments: Attachment[] = [];
  const queue = sources.entries();
  const work = async (): Promise<void> => {
    for (const [at, source] of queue) {
      const sha256 = await digestOf(source.path);
      await client.bus.uploadBytes(contract, { sha256, size: source.size, bytes: createReadStream(source.path) }, { signal });
      attachments[at] = { name: sourceName(at, source), contract, size: source.size, sha256, label: source.label.slice(0, maxLabel) };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return attachments;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
