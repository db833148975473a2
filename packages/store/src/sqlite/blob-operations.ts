import { TasukiError } from "@tasuki/protocol";
import type { FileBlobs } from "../files/file-blobs.ts";
import type { Store } from "../port/store.ts";
import type { BlobRows } from "./blob-rows.ts";
import type { Writer } from "./writer.ts";

interface BlobOperationsDeps {
  readonly write: Writer["write"];
  readonly rows: BlobRows;
  readonly blobs: Pick<FileBlobs, "sizeOf" | "remove">;
  readonly now: () => number;
}

/**
 * Creates the operations that bring rows and files of blobs together. No transaction waits for a file: it is looked at before its row is committed,
 * and what adds and what deletes a blob of one digest takes turns, so that the file is as it was seen.
 */
export function createBlobOperations({ write, rows, blobs, now }: BlobOperationsDeps): Pick<Store, "addBlob" | "loseBlob" | "sweepBlobs"> {
  const lastOf = new Map<string, Promise<unknown>>();
  /** Runs work of one key in turn. */
  const inTurn = <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const result = (lastOf.get(key) ?? Promise.resolve()).then(work);
    const end = (): void => {
      if (lastOf.get(key) === ended) lastOf.delete(key);
    };
    const ended = result.then(end, end);
    lastOf.set(key, ended);
    return result;
  };

  return {
    addBlob(blob) {
      // No file has to be found for a small blob: its row is all that it needs.
      if (blob.bytes !== undefined) return write(() => rows.add(blob) === "new");
      return inTurn(blob.sha256, async () => {
        // The blob may have been swept since it was published. Its sender must bring it again, or a task would be accepted without its file.
        if ((await blobs.sizeOf(blob.sha256)) === undefined)
          throw new TasukiError("unavailable", `the bytes of ${blob.sha256} are not here: send them again`);
        const added = await write(() => rows.add(blob));
        if (added === "deleting")
          throw new TasukiError("unavailable", `the bytes of ${blob.sha256} are just being deleted: send them again`);
        return added === "new";
      });
    },
    loseBlob: (sha256) => inTurn(sha256, () => write(() => rows.lose(sha256))),
    sweepBlobs: (before) =>
      inTurn("sweep", async () => {
        const givenUp = await write(() => {
          rows.giveUpMarked();
          return rows.givenUp();
        });
        await Promise.all(
          givenUp.map((sha256) =>
            inTurn(sha256, async () => {
              await blobs.remove([sha256]);
              await write(() => rows.removeGivenUp([sha256]));
            }),
          ),
        );
        await write(() => rows.mark({ before, now: now() }));
        return givenUp.length;
      }),
  };
}
