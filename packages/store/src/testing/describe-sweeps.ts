import { describe, expect, test } from "vitest";
import type { Store } from "../port/store.ts";
import {
  filesIn,
  handOffOf,
  id,
  largeOf,
  nothing,
  openFolder,
  type OpenTestStore,
  payloadOf,
  putBlob,
  receiptOf,
  requestOf,
  sha256,
} from "./fixtures.ts";

const accept = (store: Store, attachments: ReturnType<typeof payloadOf>["attachments"]) =>
  store.accept(requestOf(payloadOf({ id: id(1), attachments })), receiptOf("accepted", id(1)));
const isHere = async (store: Store, digest: string): Promise<boolean> => (await store.blobsOf([digest])).has(digest);

export function describeSweeps(open: OpenTestStore): void {
  describe("a sweep of blobs", () => {
    test("marks those that no row names once they are old, and the next one deletes them; named ones, and a run's manifest, never", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const kept = await putBlob(store, "kept", { now: 10 });
      const carried = await putBlob(store, "carried", { now: 10 });
      const manifest = await putBlob(store, "manifest", { now: 10, contract: undefined });
      const old = await putBlob(store, "old", { now: 10 });
      const bare = await putBlob(store, largeOf("bare"), { now: 10, contract: undefined });
      await store.blobs.fileOf(old.sha256);
      await putBlob(store, "fresh", { now: 50 });
      await putBlob(store, "touched", { now: 10 });
      await putBlob(store, "touched", { now: 60 });
      await accept(store, [kept]);
      const close = payloadOf({ id: id(2), kind: "close", bundle: manifest.sha256 });
      const work = payloadOf({ id: id(3), attachments: [carried] });
      await store.change({ ...nothing, outbox: [handOffOf(id(2), { payload: close }), handOffOf(id(3), { payload: work })] });
      expect(await store.sweepBlobs(50)).toBe(0);
      expect([await isHere(store, old.sha256), await isHere(store, bare.sha256)]).toEqual([true, true]);
      expect(await store.sweepBlobs(50)).toBe(2);
      expect(await store.sweepBlobs(50)).toBe(0);
      expect([await isHere(store, old.sha256), await isHere(store, bare.sha256)]).toEqual([false, false]);
      await expect(store.blobs.read(old.sha256)).rejects.toMatchObject({ code: "not_found" });
      expect(await filesIn(opened.folder)).toEqual([]);
    });

    test("spares a marked one that is added again, or named, until it is marked again", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const again = await putBlob(store, "again", { now: 10 });
      const named = await putBlob(store, "named", { now: 10 });
      await store.sweepBlobs(50);
      // Its bytes are here, so that a sender who asks does not send them again: the task that names them is accepted.
      expect(await accept(store, [named])).toMatchObject({ is: "accepted" });
      await putBlob(store, "again", { now: 20 });
      await opened.reopen();
      expect(await opened.store.sweepBlobs(50)).toBe(0);
      expect([await isHere(opened.store, named.sha256), await isHere(opened.store, again.sha256)]).toEqual([true, true]);
      expect(await opened.store.sweepBlobs(50)).toBe(1);
      expect([await isHere(opened.store, named.sha256), await isHere(opened.store, again.sha256)]).toEqual([true, false]);
    });

    test("that meets who brings the same bytes again leaves no row without its file", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const texts = ["a", "b", largeOf("c"), largeOf("d")];
      const digests = texts.map(sha256);
      const bring = () => texts.map((text) => putBlob(store, text, { now: 10 }));
      const refusals: unknown[] = [];
      for (let round = 0; round < 10; round += 1) {
        const settled = await Promise.allSettled([store.sweepBlobs(50), ...bring(), store.sweepBlobs(50), ...bring()]);
        for (const each of settled) if (each.status === "rejected") refusals.push(each.reason);
        const here = await store.blobsOf(digests);
        const read = await Promise.all([...here.keys()].map((digest) => store.blobs.read(digest)));
        expect(read.map((bytes) => sha256(bytes))).toEqual([...here.keys()]);
      }
      // A deletion that was under way is over when its sender brings the bytes again.
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ code: "unavailable", message: expect.stringContaining("send them again") });
      await Promise.all(bring());
      expect((await store.blobsOf(digests)).size).toBe(4);
    });
  });
}
