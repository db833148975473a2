import { describe, expect, test } from "vitest";
import { envelopeOf, eventOf, id, openFolder, type OpenTestStore, payloadOf, receiptOf, requestOf, sha256 } from "./fixtures.ts";
import { receiptPayloadType } from "@tasuki/protocol";

export function describeCommits(open: OpenTestStore): void {
  describe("commits", () => {
    test("give each event an index of its own, also where many are made at once", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const accepted = await Promise.all(
        Array.from({ length: 200 }, (_, n) => {
          const payload = payloadOf({ id: id(n), run: id(n, 1) });
          return store.accept(requestOf(payload, { queueLimit: 1_000 }), receiptOf("accepted", payload.id, payload.run));
        }),
      );
      const indexes = accepted.map((each) => (each.is === "accepted" ? each.index : -1));
      expect(indexes.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 200 }, (_, n) => n));
      expect((await store.feed(0, 1_000)).map(({ index }) => index)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    });

    test("are read back by pages of a bounded size, of one entry at least", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const large = (size: number) => envelopeOf({ predicate: { run: id(1), task: id(2) }, x: "x".repeat(size) }, receiptPayloadType);
      for (const size of [2_500_000, 2_500_000, 2_500_000, 7_000_000, 10, 10])
        await store.append((index) => ({ leaf: `{"index":${index}}`, envelopes: [large(size)] }));
      const page = async (from: number, limit = 1_000) => (await store.feed(from, limit)).map(({ index }) => index);
      expect(await page(0)).toEqual([0, 1]);
      expect(await page(0, 1)).toEqual([0]);
      expect(await page(2)).toEqual([2]);
      expect(await page(3)).toEqual([3]);
      expect(await page(4)).toEqual([4, 5]);
      expect(await page(6)).toEqual([]);
    });

    test("are waited for by whoever closes the store; what comes later is refused", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const writing = store.append(eventOf("last"));
      await opened.reopen();
      expect(await writing).toBe(0);
      await expect(store.append(eventOf("late"))).rejects.toMatchObject({ code: "unavailable" });
      expect(await opened.store.feedSize()).toBe(1);
    });

    test("keep envelopes of one payload apart by their signatures; the newest is found by the payload's digest", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const bare = envelopeOf({ predicate: { run: id(1), task: id(2) } }, receiptPayloadType);
      const signed = { ...bare, signatures: [{ keyid: "k", sig: "c2ln" }] };
      for (const envelope of [bare, signed]) await store.append(() => ({ leaf: "{}", envelopes: [envelope] }));
      expect((await store.feed(0, 9)).map(({ envelopes }) => envelopes[0])).toEqual([bare, signed]);
      expect((await store.evidenceOf(id(1))).envelopes).toEqual([bare, signed]);
      const digest = sha256(Buffer.from(bare.payload, "base64"));
      expect(await store.envelopes(id(1), [digest, sha256("unknown")])).toEqual(new Map([[digest, signed]]));
      expect(await store.envelopes(id(2), [digest])).toEqual(new Map());
    });

    test("keep the last word on each peer", async () => {
      await using opened = await openFolder(open);
      await opened.store.savePeer({ node: "finder", health: { version: "1" }, at: 1 });
      await opened.store.savePeer({ node: "finder", health: { version: "2" }, at: 2 });
      await opened.reopen();
      expect(await opened.store.peers()).toEqual([{ node: "finder", health: { version: "2" }, at: 2 }]);
    });
  });
}
