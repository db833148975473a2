import { describe, expect, test } from "vitest";
import { envelopeOf, eventOf, id, openFolder, type OpenTestStore, payloadOf, receiptOf, requestOf } from "./fixtures.ts";
import { receiptPayloadType } from "@tasuki/protocol";

export function describeCommits(open: OpenTestStore): void {
  describe("commits", () => {
    test("are shared by all that is written in one turn", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      let commits = 0;
      const stop = store.onCommit(() => (commits += 1));
      const accepted = await Promise.all(
        Array.from({ length: 200 }, (_, n) => {
          const payload = payloadOf({ id: id(n), run: id(n, 1) });
          return store.accept(requestOf(payload, { queueLimit: 1_000 }), receiptOf("accepted", payload.id, payload.run));
        }),
      );
      expect(accepted.map((each) => each.is === "accepted" && each.index)).toEqual(Array.from({ length: 200 }, (_, n) => n));
      expect(commits).toBeLessThanOrEqual(2);
      stop();
      await store.append(eventOf("unheard"));
      expect(commits).toBeLessThanOrEqual(2);
    });

    test("that change nothing wake nobody", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      let commits = 0;
      store.onCommit(() => (commits += 1));
      expect(await store.claim({ now: 1, leaseMs: 1 }, () => eventOf("never"))).toBeUndefined();
      expect(await store.expireLeases(1)).toEqual([]);
      expect(commits).toBe(0);
    });

    test("are waited for by whoever closes the store; what comes later is refused", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const writing = store.append(eventOf("last"));
      await opened.reopen();
      expect(await writing).toBe(0);
      await expect(store.append(eventOf("late"))).rejects.toMatchObject({ code: "unavailable" });
      expect(opened.store.feedSize()).toBe(1);
    });

    test("keep envelopes of one payload apart by their signatures; the newest is found by the payload's digest", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const bare = envelopeOf({ predicate: { run: id(1), task: id(2) } }, receiptPayloadType);
      const signed = { ...bare, signatures: [{ keyid: "k", sig: "c2ln" }] };
      for (const envelope of [bare, signed]) await store.append(() => ({ leaf: "{}", envelopes: [envelope] }));
      expect(store.feed(0, 9).map(({ envelopes }) => envelopes[0])).toEqual([bare, signed]);
      expect(store.envelopes(id(1))).toEqual([bare, signed]);
    });

    test("keep the last word on each peer", async () => {
      await using opened = await openFolder(open);
      await opened.store.savePeer({ node: "finder", health: { version: "1" }, at: 1 });
      await opened.store.savePeer({ node: "finder", health: { version: "2" }, at: 2 });
      await opened.reopen();
      expect(opened.store.peers()).toEqual([{ node: "finder", health: { version: "2" }, at: 2 }]);
    });
  });
}
