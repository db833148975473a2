import { describe, expect, test } from "vitest";
import { receiptPayloadType } from "@tasuki/protocol";
import { longestWaitMs, mostDue } from "../port/rows.ts";
import type { Store } from "../port/store.ts";
import {
  envelopeOf,
  eventOf,
  handOffOf,
  id,
  nothing,
  openFolder,
  type OpenTestStore,
  payloadOf,
  producedOf,
  receiptOf,
  requestOf,
  run,
  sha256,
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const block = { reason: "403", needs: "a grant", owner: "operator", clearsWith: "tasuki retry" };
const receipt = envelopeOf({ predicate: { run, task: three, state: "accepted" } }, receiptPayloadType);
const due = async (store: Store, now: number) => (await store.dueOutbox(now)).rows;
const rowsOf = async (store: Store, of: { run: string } | { task: string }) => (await store.statusOf(of)).outbox;

async function produce(store: Store): Promise<void> {
  await store.accept(requestOf(payloadOf({ id: one })), receiptOf("accepted", one));
  await store.claim({ now: 1_000, leaseMs: 5_000 }, () => receiptOf("started", one));
  const handOff = handOffOf(three, { carries: one });
  await store.complete({ task: one, attempt: 1 }, { state: "produced", outputs: [] }, () => producedOf(one, handOff));
}

export function describeDelivery(open: OpenTestStore): void {
  describe("the outbox", () => {
    test("has what is due, until it is answered for good: then its task is done, and the receipt is kept", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      expect(await store.dueOutbox(999)).toEqual({ rows: [], next: 1_000 });
      expect(await store.settle(three, { state: "pending", last: "503", nextAt: 1_250 }, undefined)).toBe(true);
      expect(await store.dueOutbox(1_249)).toEqual({ rows: [], next: 1_250 });
      expect(await store.dueOutbox(1_250)).toMatchObject({ rows: [{ id: three, tries: 1 }], next: 1_250 });
      const sealed = { leaf: "{}", envelopes: [receipt] };
      expect(await store.settle(three, { state: "done", receipt }, () => () => sealed)).toBe(true);
      expect(await rowsOf(store, { run })).toMatchObject([{ state: "done", tries: 2, last: "503" }]);
      expect((await store.task(one))?.state).toBe("done");
      const digest = sha256(Buffer.from(receipt.payload, "base64"));
      expect(await store.envelopes(run, [digest])).toEqual(new Map([[digest, receipt]]));
      expect(await store.settle(three, { state: "superseded", last: "late" }, () => eventOf("late"))).toBe(false);
      expect(await store.feed(3, 9)).toEqual([{ index: 3, ...sealed }]);
      expect(await store.dueOutbox(9_000)).toEqual({ rows: [] });
    });

    test("reads of what is due the first rows of each destination, and those that were tried, however many wait for one that is away", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const many = Array.from({ length: mostDue + 8 }, (_, n) => handOffOf(id(n, 6), { createdAt: n }));
      const other = handOffOf(id(1, 7), { to: "writer", createdAt: 900 });
      await store.change({ ...nothing, outbox: [...many, other] });
      const first = many.slice(0, mostDue).map((row) => row.id);
      expect((await due(store, 1_000)).map((row) => row.id)).toEqual([...first, other.id]);
      const last = id(mostDue + 7, 6);
      await store.settle(last, { state: "pending", last: "503", nextAt: 950 }, undefined);
      expect((await due(store, 1_000)).map((row) => row.id)).toEqual([...first, other.id, last]);
      expect((await due(store, 940)).map((row) => row.id)).toEqual([...first, other.id]);
    });

    test("is found by the task that a row is or carries, and by the run, first due first", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.change({ ...nothing, outbox: [handOffOf(two, { createdAt: 500 }), handOffOf(id(4), { run: id(9, 1) })] });
      const ids = async (of: Parameters<typeof rowsOf>[1]) => (await rowsOf(store, of)).map((row) => row.id);
      expect([await ids({ task: one }), await ids({ task: three }), await ids({ task: two })]).toEqual([[three], [three], [two]]);
      expect(await ids({ run })).toEqual([two, three]);
      expect((await store.statusOf("open")).outbox.map((row) => row.id)).toEqual([three]);
      expect((await store.statusOf("none")).outbox).toEqual([]);
      expect((await store.evidenceOf(run)).outbox.map((row) => row.id)).toEqual([two, three]);
    });

    test("gives a seal the row of the task that is carried, as the settlement leaves it", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.change({ ...nothing, outbox: [handOffOf(two)] });
      const carried: unknown[] = [];
      const sealing = (row: unknown) => (carried.push(row), eventOf("settled"));
      await store.settle(three, { state: "blocked", last: "403", block }, sealing);
      await store.settle(two, { state: "superseded", last: "409" }, sealing);
      expect(carried).toEqual([await store.task(one), undefined]);
      expect(carried).toMatchObject([{ state: "blocked", block }, undefined]);
    });

    test("is not held up by a clock that was ahead when a time was set, and has been set back", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "pending", last: "503", nextAt: 1_000_000 }, undefined);
      expect(await due(store, 1_000_000 - longestWaitMs)).toEqual([]);
      expect(await due(store, 1_000_000 - longestWaitMs - 1)).toMatchObject([{ id: three }]);
    });

    test("blocks the task whose hand-off is refused for good; a retry sends the same hand-off again, and does no work again", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "blocked", last: "403", block }, () => receiptOf("blocked", one));
      expect(await store.task(one)).toMatchObject({ state: "blocked", block });
      opened.clock.time = 7_000;
      expect(await store.retry(one, eventOf("retried"))).toBe(true);
      expect(await due(store, 7_000)).toMatchObject([{ id: three, state: "pending" }]);
      expect((await store.task(one))?.state).toBe("produced");
    });

    test("fences the task whose hand-off a higher epoch has overtaken", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "superseded", last: "stale_epoch" }, () => eventOf("superseded"));
      expect((await store.task(one))?.state).toBe("fenced");
    });
  });
}
