import type { Logger } from "@tasuki/protocol";
import type { FileBlobs } from "./files/file-blobs.ts";
import type { BlobRows } from "./sqlite/blob-rows.ts";
import type { Writer } from "./sqlite/writer.ts";

interface MatchBlobsDeps {
  readonly blobs: Pick<FileBlobs, "list" | "sizeOf" | "remove" | "makeFiles">;
  readonly rows: BlobRows;
  readonly write: Writer["write"];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly logger?: Logger;
}

/** The most digests that a line of the log names. */
const namedAtMost = 20;

/**
 * Brings rows and files of blobs together when a data folder is opened. A deletion that a crash cut off is finished. A file without a row gets
 * one where another row names its digest (earlier releases gave none to manifests), and is left where it is otherwise. A row that holds its bytes
 * gets its file back afterwards, and nothing is said of it. A row without bytes and without a file is removed: the digest is missing from then on,
 * and a sender brings it again.
 */
export async function matchBlobs({ blobs, rows, write, now, logger }: MatchBlobsDeps): Promise<void> {
  const givenUp = rows.givenUp();
  await blobs.remove(givenUp);
  const files = new Set(await blobs.list());
  const known = rows.digests();
  const without = [...files].filter((sha256) => !known.has(sha256));
  const named = without.length === 0 ? [] : rows.named(without);
  const found = await Promise.all(named.map(async (sha256) => ({ sha256, size: (await blobs.sizeOf(sha256)) ?? 0, now })));
  const unfiled = withoutAll([...known.keys()], givenUp).filter((sha256) => !files.has(sha256));
  const lost = unfiled.filter((sha256) => known.get(sha256) !== true);
  if (found.length + givenUp.length + lost.length > 0)
    await write(() => {
      rows.removeGivenUp(givenUp);
      rows.removeLost(lost);
      for (const blob of found) rows.add(blob);
    });
  blobs.makeFiles(withoutAll(unfiled, lost));

  if (lost.length > 0)
    logger?.error(
      { blobs: lost.slice(0, namedAtMost), count: lost.length },
      "files of blobs are gone; their digests are missing from now on, and senders bring them again",
    );
  const strange = withoutAll(without, named);
  if (strange.length > 0)
    logger?.warn(
      { blobs: strange.slice(0, namedAtMost), count: strange.length },
      "files of blobs are known to nobody; they are left where they are",
    );
}

function withoutAll(all: readonly string[], others: readonly string[]): string[] {
  const excluded = new Set(others);
  return all.filter((one) => !excluded.has(one));
}
