import { sha256Of } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { Disk } from "./machine/disk.ts";

/** SHA-256 of files that a store's tasks name and that its disk does not hold as they were, neither in a row nor in a file. */
export async function lackingFiles(store: Pick<Store, "history">, disk: Disk): Promise<readonly string[]> {
  const tasks = await store.history({ limit: Number.MAX_SAFE_INTEGER });
  const named = tasks.flatMap(({ attachments }) => attachments.map(({ sha256 }) => sha256));
  const kept = disk.databases
    .get("/data/node.sqlite")
    ?.prepare("SELECT bytes FROM blob JOIN content ON content.id = blob.content WHERE sha256 = ?");
  return [...new Set(named)].filter((sha256) => {
    const file = disk.find(`/data/blobs/${sha256.slice(0, 2)}/${sha256}`);
    const held = [kept?.get(sha256)?.["bytes"], file?.kind === "file" && file.bytes];
    return !held.some((bytes) => bytes instanceof Uint8Array && sha256Of(bytes) === sha256);
  });
}
