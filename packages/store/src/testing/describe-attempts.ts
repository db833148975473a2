import { describe, expect, test } from "vitest";
import type { Store } from "../port/store.ts";
import {
  eventOf,
  handOffOf,
  id,
  openFolder,
  type OpenTestStore,
  payloadOf,
  putBlob,
  receiptOf,
  requestOf,
  run,
  sha256,
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const block = { reason: "it failed five times", needs: "a look", owner: "operator", clearsWith: "tasuki retry" };
const queue = (store: Store, task: string, stage = "finder") =>
  store.accept(requestOf(payloadOf({ id: task, stage })), receiptOf("accepted", task));
const claim = (store: Store, now = 1_000) => store.claim({ now, leaseMs: 5_000 }, (row) => receiptOf("started", row.id));
const lastReceipt = (store: Store): string =>
  sha256(Buffer.from(store.feed(store.feedSize() - 1, 1)[0]?.envelopes[0]?.payload ?? "", "base64"));

export function describeAttempts(open: OpenTestStore): void {
  describe("attempts", () => {
    test("are claimed in the order of acceptance, each by one, with the receipt that follows from the last", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const notes = await putBlob(store, "notes");
      await store.accept(requestOf(payloadOf({ id: two, attachments: [notes] })), receiptOf("accepted", two));
      await queue(store, one, "judge");
      expect([store.queuePosition(two), store.queuePosition(one), store.queuePosition(three)]).toEqual([1, 2, undefined]);
      const first = await claim(store);
      expect(first).toMatchObject({ task: two, attempt: 1, row: { state: "running", leaseUntil: 6_000, boot: store.boot } });
      expect(first?.row.lastReceipt).toBe(lastReceipt(store));
      expect(first?.inputs).toEqual([{ ...notes, task: two, direction: "in", attempt: 0 }]);
      const [second, none] = await Promise.all([claim(store), claim(store)]);
      expect([second?.task, none]).toEqual([one, undefined]);
      expect(store.queue()).toEqual({ waiting: 0, running: 2 });
    });

    // guarantees: R2.produced-once
    test("commit a result together with its files, its receipt and the hand-off that carries it on", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      const claimed = await claim(store);
      const output = await putBlob(store, "found", { name: "found.md" });
      const handOff = handOffOf(three, { carries: one });
      const lease = { task: one, attempt: claimed?.attempt ?? 0 };
      expect(
        await store.complete(lease, { state: "produced", outputs: [output], handOff: () => handOff }, receiptOf("produced", one)),
      ).toBe(true);
      expect(store.attachments(one)).toEqual([{ ...output, task: one, direction: "out", attempt: 1 }]);
      expect(store.task(one)).toMatchObject({ state: "produced", lastReceipt: lastReceipt(store) });
      expect(store.task(one)).not.toHaveProperty("leaseUntil");
      expect(store.outbox({ task: one })).toEqual([{ ...handOff, state: "pending", tries: 0, nextAt: 1_000 }]);
      // A lease completes its attempt once.
      expect(await store.complete(lease, { state: "done", outputs: [] }, eventOf("done"))).toBe(false);
      expect(store.feedSize()).toBe(3);
    });

    test("that are to be repeated wait for their time, and are counted", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      const first = await claim(store);
      await store.complete({ task: one, attempt: first?.attempt ?? 0 }, { state: "again", notBefore: 4_000 }, undefined);
      expect(store.nextDue()).toBe(4_000);
      expect(await claim(store, 3_999)).toBeUndefined();
      expect(await claim(store, 4_000)).toMatchObject({ task: one, attempt: 2 });
      await store.complete({ task: one, attempt: 2 }, { state: "again", notBefore: 1_000_000 }, undefined);
      // `notBefore` was set while the clock was ahead, and the clock has been set back since.
      expect(await claim(store, 4_000)).toMatchObject({ task: one, attempt: 3 });
      expect(await store.renew({ task: one, attempt: 1 }, 9_000)).toBe(false);
      expect(await store.renew({ task: one, attempt: 3 }, 9_000)).toBe(true);
      expect(store.task(one)?.leaseUntil).toBe(9_000);
      expect(store.nextDue()).toBeUndefined();
    });

    // guarantees: R2.fenced
    test("end when their lease lapses or their boot does, and never reach the task again", async () => {
      await using opened = await openFolder(open);
      await queue(opened.store, one);
      await claim(opened.store);
      expect(await opened.store.expireLeases(6_000)).toEqual([]);
      expect(await opened.store.expireLeases(6_001)).toEqual([one]);
      expect(await opened.store.complete({ task: one, attempt: 1 }, { state: "done", outputs: [] }, eventOf("late"))).toBe(false);
      expect(await claim(opened.store)).toMatchObject({ attempt: 2 });
      const { instance, boot } = opened.store;
      await opened.reopen();
      expect(opened.store.instance).toBe(instance);
      expect(opened.store.boot).not.toBe(boot);
      expect(opened.store.task(one)).toMatchObject({ state: "queued", attempt: 2 });
      expect(await claim(opened.store)).toMatchObject({ attempt: 3 });
    });

    test("that are exhausted block the task until somebody retries it", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      await claim(store);
      expect(await store.retry(one, eventOf("retried"))).toBe(false);
      await store.complete({ task: one, attempt: 1 }, { state: "blocked", block }, receiptOf("blocked", one));
      expect(store.task(one)).toMatchObject({ state: "blocked", block });
      expect(await claim(store)).toBeUndefined();
      expect(await store.retry(one, eventOf("retried"))).toBe(true);
      expect(store.task(one)).toMatchObject({ state: "queued", attempt: 1 });
      expect(store.task(one)).not.toHaveProperty("block");
      expect(await claim(store)).toMatchObject({ attempt: 2 });
    });

    test("of a run can be listed, open ones first accepted first", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, two);
      await queue(store, one, "judge");
      await claim(store);
      await store.complete({ task: two, attempt: 1 }, { state: "done", outputs: [] }, eventOf("done"));
      expect(store.tasks().map((task) => task.id)).toEqual([one]);
      expect(store.tasks({ run }).map((task) => task.id)).toEqual([two, one]);
      expect(store.tasks({ run: id(9, 1) })).toEqual([]);
      expect(store.history({ limit: 1 }).map((task) => task.id)).toEqual([two]);
      expect(store.history({ after: two, limit: 5 }).map((task) => task.id)).toEqual([one]);
      expect(store.history({ after: one, limit: 5 })).toEqual([]);
    });
  });
}
