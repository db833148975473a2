import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AcceptRequest } from "../port/acceptance.ts";
import { id, nothing, openFolder, type OpenTestStore, payloadOf, putBlob, receiptOf, requestOf, run, runOf, sha256 } from "./fixtures.ts";

export function describeSmallBlobs(open: OpenTestStore): void {
  describe("blobs", () => {
    // guarantees: R1.files-kept
    test("that are small are read, and have a file, however little is left of that", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const { sha256: digest } = await putBlob(store, "as it was");
      const path = await store.blobs.fileOf(digest);
      for (const spoil of [() => rm(path), () => chmod(path, 0o600).then(() => writeFile(path, ""))]) {
        await spoil();
        expect((await store.blobs.read(digest)).toString()).toBe("as it was");
        const files = await Promise.all([1, 2, 3].map(() => store.blobs.fileOf(digest)));
        expect([new Set(files), await readFile(path, "utf8")]).toEqual([new Set([path]), "as it was"]);
      }
      // After a loss of power neither folder nor file may be there.
      await rm(join(path, ".."), { recursive: true });
      await opened.reopen();
      expect((await opened.store.blobs.read(digest)).toString()).toBe("as it was");
      await expect.poll(() => readFile(path, "utf8").catch(String)).toBe("as it was");
    });

    // guarantees: R1.files-kept
    test("that are small come with the commit that names them, and only if that is made", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const small = (text: string) => ({ sha256: sha256(text), size: text.length, bytes: Buffer.from(text), contract: "notes@1" });
      const fileOf = (text: string) => ({ name: "notes.md", contract: "notes@1", size: text.length, sha256: sha256(text) });
      const isHere = async (text: string) => (await opened.store.blobsOf([sha256(text)])).has(sha256(text));
      const request = (n: number, text: string, more: Partial<AcceptRequest> = {}) =>
        requestOf(payloadOf({ id: id(n), stage: `stage-${n}`, attachments: [fileOf(text)] }), { blobs: [small(text)], ...more });

      const misnamed = request(1, "other", { blobs: [{ ...small("other"), contract: "other@1" }] });
      expect(await store.accept(misnamed, receiptOf("accepted", id(1)))).toEqual({ is: "missing", digests: [sha256("other")] });
      expect(await store.accept(request(1, "given", { queueLimit: 0 }), receiptOf("accepted", id(1)))).toEqual({ is: "full" });
      expect([await isHere("other"), await isHere("given")]).toEqual([false, false]);
      expect(await store.accept(request(1, "given"), receiptOf("accepted", id(1)))).toMatchObject({ is: "accepted" });

      const lease = await store.claim({ now: 1_000, leaseMs: 100 }, (row) => receiptOf("started", row.id));
      const complete = (attempt: number) =>
        store.complete({ task: id(1), attempt }, { state: "produced", outputs: [fileOf("made")], blobs: [small("made")] }, () =>
          receiptOf("produced", id(1)),
        );
      expect([await complete(9), await isHere("made")]).toEqual([false, false]);
      expect([await complete(lease?.attempt ?? 0), await isHere("made")]).toEqual([true, true]);

      const attachment = { ...fileOf("pulled"), task: id(2), direction: "out", attempt: 1 } as const;
      const step = { ...nothing, runs: [runOf(run, { version: 7 })], blobs: [small("pulled")], attachments: [attachment] };
      expect([await store.change(step), await isHere("pulled")]).toEqual(["conflict", false]);
      expect([await store.change({ ...step, runs: [runOf(run)] }), await isHere("pulled")]).toEqual(["committed", true]);

      await opened.reopen();
      for (const text of ["given", "made", "pulled"]) expect((await opened.store.blobs.read(sha256(text))).toString()).toBe(text);
      expect((await opened.store.blobsOf([sha256("made")])).get(sha256("made"))).toEqual({ size: 4, contracts: ["notes@1"] });
      expect([await opened.store.sweepBlobs(5_000), await opened.store.sweepBlobs(5_000)]).toEqual([0, 0]);
    });
  });
}
