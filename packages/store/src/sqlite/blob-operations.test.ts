import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createRecorder } from "./recorder.ts";
import { sha256 } from "../testing/fixtures.ts";
import { createBlobOperations } from "./blob-operations.ts";
import { createBlobRows } from "./blob-rows.ts";
import { migrate } from "./schema.ts";
import { createSql } from "./sql.ts";
import { createWriter } from "./writer.ts";

/** Operations over files that are names in a set; a deletion waits for `deleting`, and the answer of a look for `looking`. */
function openOperations() {
  const db = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });
  migrate(db, ":memory:");
  const files = new Set<string>();
  const gate = { deleting: async (): Promise<void> => undefined, looking: async (): Promise<void> => undefined };
  const begun = Promise.withResolvers<void>();
  const rows = createBlobRows(createSql(db));
  const { write } = createWriter({
    db,
    path: "node.sqlite",
    recorder: createRecorder(),
    committed: () => undefined,
    broken: () => undefined,
  });
  const noFileInTransaction = (): void => expect(db.isTransaction).toBe(false);
  const operations = createBlobOperations({
    write,
    rows,
    now: () => 100,
    blobs: {
      async sizeOf(digest) {
        noFileInTransaction();
        const isThere = files.has(digest);
        await gate.looking();
        return isThere ? 5 : undefined;
      },
      async remove(digests) {
        noFileInTransaction();
        if (digests.length > 0) begun.resolve();
        await gate.deleting();
        for (const digest of digests) files.delete(digest);
      },
    },
  });
  const add = (digest: string, now = 1) => operations.addBlob({ sha256: digest, size: 5, contract: "notes@1", now });
  return { ...operations, add, rows, files, gate, begun: begun.promise };
}

const notes = sha256("notes");

test("a blob that is just being deleted is absent, and can't be added until it is gone", async () => {
  const { add, sweepBlobs, loseBlob, rows, files, gate, begun } = openOperations();
  const { promise, resolve } = Promise.withResolvers<void>();
  files.add(notes);
  await add(notes);
  await sweepBlobs(50);
  expect([rows.blobs([notes]).size, rows.lacking([{ sha256: notes, contract: "notes@1" }])]).toEqual([1, []]);
  gate.deleting = () => promise;
  const swept = sweepBlobs(50);
  await begun;
  expect([rows.blobs([notes]).size, rows.lacking([{ sha256: notes, contract: "notes@1" }])]).toEqual([0, [notes]]);
  // Whoever adds the blob now waits for its deletion: otherwise he would have it deleted under his hands.
  const [added, lost] = [add(notes), loseBlob(notes)];
  expect(rows.givenUp()).toEqual([notes]);
  resolve();
  expect(await swept).toBe(1);
  await expect(added).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("send them again") });
  await lost;
  expect([rows.givenUp(), [...rows.digests().keys()], [...files]]).toEqual([[], [], []]);
  files.add(notes);
  await add(notes);
  expect(rows.blobs([notes])).toEqual(new Map([[notes, { size: 5, contracts: ["notes@1"] }]]));
});

test("a blob that is given up while somebody looks for its file is not added", async () => {
  const { add, sweepBlobs, rows, files, gate } = openOperations();
  files.add(notes);
  await add(notes);
  await sweepBlobs(50);
  const looked = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.looking = () => (looked.resolve(), promise);
  const added = add(notes);
  await looked.promise;
  const swept = sweepBlobs(50);
  await expect.poll(() => rows.givenUp()).toEqual([notes]);
  resolve();
  await expect(added).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("just being deleted") });
  expect([await swept, [...rows.digests().keys()]]).toEqual([1, []]);
});

// guarantees: R1.files-kept
test("a row is there only once its file was found: no task is accepted over one that a sweep has deleted meanwhile", async () => {
  const { add, sweepBlobs, rows, files, gate } = openOperations();
  files.add(notes);
  await add(notes);
  await sweepBlobs(50);
  await sweepBlobs(50);
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.looking = () => promise;
  const added = add(notes);
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((next) => void setImmediate(next));
    expect(rows.lacking([{ sha256: notes, contract: "notes@1" }])).toEqual([notes]);
  }
  resolve();
  await expect(added).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("not here") });
});

// guarantees: R1.files-kept
test("a small blob that is brought again while it is deleted stays, for its row holds its bytes", async () => {
  const { addBlob, sweepBlobs, rows, gate, begun } = openOperations();
  const bytes = Buffer.from("notes");
  const bring = () => addBlob({ sha256: notes, size: 5, bytes, now: 1 });
  expect(await bring()).toBe(true);
  await sweepBlobs(50);
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.deleting = () => promise;
  const swept = sweepBlobs(50);
  await begun;
  expect(rows.blobs([notes]).size).toBe(0);
  expect(await bring()).toBe(true);
  resolve();
  await swept;
  expect([rows.blobs([notes]).get(notes)?.size, Buffer.from(rows.bytes(notes) ?? [])]).toEqual([5, bytes]);
});

test("a deletion that failed is tried again by the next sweep", async () => {
  const { add, sweepBlobs, rows, files, gate } = openOperations();
  files.add(notes);
  await add(notes);
  await sweepBlobs(50);
  gate.deleting = () => Promise.reject(new Error("EIO"));
  await expect(sweepBlobs(50)).rejects.toThrow("EIO");
  expect([rows.givenUp(), [...files]]).toEqual([[notes], [notes]]);
  gate.deleting = async () => undefined;
  expect(await sweepBlobs(50)).toBe(1);
  expect([rows.givenUp(), [...files]]).toEqual([[], []]);
});

test("whoever finds no file takes back no row of who has brought it meanwhile", async () => {
  const { add, rows, files, gate } = openOperations();
  const looked = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.looking = () => (looked.resolve(), promise);
  const early = add(notes);
  await looked.promise;
  gate.looking = async () => undefined;
  files.add(notes);
  const late = add(notes);
  for (let turn = 0; turn < 10; turn += 1) await new Promise((next) => void setImmediate(next));
  resolve();
  await expect(early).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("not here") });
  await late;
  expect(rows.blobs([notes])).toEqual(new Map([[notes, { size: 5, contracts: ["notes@1"] }]]));
});
