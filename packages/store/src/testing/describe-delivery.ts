import { describe, expect, test } from "vitest";
import { receiptPayloadType } from "@tasuki/protocol";
import { longestWaitMs } from "../port/rows.ts";
import type { RunChange, Store } from "../port/store.ts";
import {
  envelopeOf,
  eventOf,
  handOffOf,
  id,
  openFolder,
  type OpenTestStore,
  payloadOf,
  receiptOf,
  requestOf,
  run,
  sha256,
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const block = { reason: "403", needs: "a grant", owner: "operator", clearsWith: "tasuki retry" };
const receipt = envelopeOf({ predicate: { run, task: three, state: "accepted" } }, receiptPayloadType);
const nothing: RunChange = { runs: [], outbox: [], supersede: [], envelopes: [], attachments: [], events: [] };

async function produce(store: Store): Promise<void> {
  await store.accept(requestOf(payloadOf({ id: one })), receiptOf("accepted", one));
  await store.claim({ now: 1_000, leaseMs: 5_000 }, () => receiptOf("started", one));
  const handOff = handOffOf(three, { carries: one });
  await store.complete({ task: one, attempt: 1 }, { state: "produced", outputs: [], handOff: () => handOff }, receiptOf("produced", one));
}

export function describeDelivery(open: OpenTestStore): void {
  describe("the outbox", () => {
    test("has what is due, until it is answered for good: then its task is done, and the receipt is kept", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      expect(store.outbox({ dueAt: 999 })).toEqual([]);
      expect(await store.settle(three, { state: "pending", last: "503", nextAt: 1_250 }, undefined)).toBe(true);
      expect(store.outbox({ dueAt: 1_249 })).toEqual([]);
      expect(store.nextDue()).toBe(1_250);
      const sealed = { leaf: "{}", envelopes: [receipt] };
      expect(await store.settle(three, { state: "done", receipt }, () => sealed)).toBe(true);
      expect(store.outbox({ run })).toMatchObject([{ state: "done", tries: 2, last: "503" }]);
      expect(store.outbox({ run, undelivered: true })).toEqual([]);
      expect(store.task(one)?.state).toBe("done");
      expect(store.envelope(run, sha256(Buffer.from(receipt.payload, "base64")))).toEqual(receipt);
      expect(await store.settle(three, { state: "superseded", last: "late" }, eventOf("late"))).toBe(false);
      expect(store.feed(3, 9)).toEqual([{ index: 3, ...sealed }]);
      expect(store.nextDue()).toBeUndefined();
    });

    test("is not held up by a clock that was ahead when a time was set, and has been set back", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "pending", last: "503", nextAt: 1_000_000 }, undefined);
      expect(store.outbox({ dueAt: 1_000_000 - longestWaitMs })).toEqual([]);
      expect(store.outbox({ dueAt: 1_000_000 - longestWaitMs - 1 })).toMatchObject([{ id: three }]);
    });

    test("blocks the task whose hand-off is refused for good; a retry sends the same hand-off again, and does no work again", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "blocked", last: "403", block }, receiptOf("blocked", one));
      expect(store.task(one)).toMatchObject({ state: "blocked", block });
      opened.clock.time = 7_000;
      expect(await store.retry(one, eventOf("retried"))).toBe(true);
      expect(store.outbox({ dueAt: 7_000 })).toMatchObject([{ id: three, state: "pending" }]);
      expect(store.task(one)?.state).toBe("produced");
    });

    test("fences the task whose hand-off a higher epoch has overtaken", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "superseded", last: "stale_epoch" }, eventOf("superseded"));
      expect(store.task(one)?.state).toBe("fenced");
    });
  });

  describe("main's step", () => {
    test("is one commit of runs, hand-offs, withdrawals, position, envelopes, files and events", async () => {
      await using opened = await openFolder(open);
      const row = { id: run, epoch: 1, ended: false, state: { nested: [1, "two", null] }, createdAt: 5 };
      const position = { node: "finder", instance: id(5), next: 7 };
      const file = { task: two, direction: "out", attempt: 2, name: "a.md", contract: "notes@1", size: 3, sha256: sha256("a") } as const;
      await opened.store.change({
        runs: [row],
        outbox: [handOffOf(three)],
        supersede: [],
        position,
        envelopes: [receipt],
        attachments: [file, file],
        events: [eventOf("one"), eventOf("two")],
      });
      const later = handOffOf(two, { payload: payloadOf({ id: two, epoch: 2 }) });
      await opened.store.change({ ...nothing, runs: [{ ...row, ended: true }], supersede: [{ run, epoch: 1 }], outbox: [later] });
      await opened.reopen();
      const { store } = opened;
      expect(store.run(run)).toEqual({ ...row, ended: true });
      expect(store.outbox({ run }).map((each) => [each.id, each.state])).toEqual([
        [three, "superseded"],
        [two, "pending"],
      ]);
      expect(store.outbox({ run, undelivered: true }).map((each) => each.id)).toEqual([three, two]);
      expect(store.position("finder")).toEqual(position);
      expect(store.position("judge")).toBeUndefined();
      expect(store.attachments(two)).toEqual([file]);
      expect(store.envelopes(run)).toContainEqual(receipt);
      expect(store.feed(0, 1).concat(store.feed(1, 5))).toEqual([
        { index: 0, leaf: '{"index":0,"type":"one"}', envelopes: [] },
        { index: 1, leaf: '{"index":1,"type":"two"}', envelopes: [] },
      ]);
    });

    test("that can't be whole changes nothing, and takes nothing of the same turn with it", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const sealing = (): never => {
        throw new Error("the key is gone");
      };
      const [before, failed, after] = await Promise.allSettled([
        store.append(eventOf("before")),
        store.change({ ...nothing, outbox: [handOffOf(three)], events: [eventOf("half"), sealing] }),
        store.append(eventOf("after")),
      ]);
      expect([before, after]).toMatchObject([{ value: 0 }, { value: 1 }]);
      expect(failed).toMatchObject({ status: "rejected", reason: { code: "internal", cause: { message: "the key is gone" } } });
      expect(store.outbox({})).toEqual([]);
      expect(store.feedSize()).toBe(2);
    });

    test("finds runs newest first, open ones and so many", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const row = (n: number) => ({ id: id(n, 1), epoch: 1, ended: n === 2, state: {}, createdAt: n });
      await store.change({ ...nothing, runs: [row(2), row(1), row(3)] });
      const found = (filter?: Parameters<Store["runs"]>[0]) => store.runs(filter).map(({ createdAt }) => createdAt);
      expect([found(), found({ open: true }), found({ limit: 2 })]).toEqual([
        [3, 2, 1],
        [3, 1],
        [3, 2],
      ]);
    });
  });
}
