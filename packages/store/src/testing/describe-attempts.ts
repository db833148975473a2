import { describe, expect, test } from "vitest";
import type { TaskKind } from "@tasuki/protocol";
import type { Store } from "../port/store.ts";
import {
  eventOf,
  handOffOf,
  id,
  nothing,
  openFolder,
  type OpenTestStore,
  payloadOf,
  producedOf,
  putBlob,
  receiptOf,
  requestOf,
  run,
  sha256,
  tasksOf,
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const block = { reason: "it failed five times", needs: "a look", owner: "operator", clearsWith: "tasuki retry" };
const queue = (store: Store, task: string, stage = "finder") =>
  store.accept(requestOf(payloadOf({ id: task, stage })), receiptOf("accepted", task));
const claim = (store: Store, now = 1_000) => store.claim({ now, leaseMs: 5_000 }, (row) => receiptOf("started", row.id));
const lastReceipt = async (store: Store): Promise<string> => {
  const [last] = await store.feed((await store.feedSize()) - 1, 1);
  return sha256(Buffer.from(last?.envelopes[0]?.payload ?? "", "base64"));
};
const positions = async (store: Store) => (await store.statusOf("open")).tasks.map(({ row, position }) => [row.id, position]);

export function describeAttempts(open: OpenTestStore): void {
  describe("attempts", () => {
    test("are claimed in the order of acceptance, each by one, with the receipt that follows from the last", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const notes = await putBlob(store, "notes");
      await store.accept(requestOf(payloadOf({ id: two, attachments: [notes] })), receiptOf("accepted", two));
      await queue(store, one, "judge");
      expect(await positions(store)).toEqual([
        [two, 1],
        [one, 2],
      ]);
      const first = await claim(store);
      expect(first).toMatchObject({ task: two, attempt: 1, row: { state: "running", leaseUntil: 6_000, boot: store.boot } });
      expect(first?.row.lastReceipt).toBe(await lastReceipt(store));
      expect(first?.inputs).toEqual([{ ...notes, task: two, direction: "in", attempt: 0 }]);
      expect(await positions(store)).toEqual([
        [two, undefined],
        [one, 1],
      ]);
      const others = await Promise.all([claim(store), claim(store)]);
      expect(others.flatMap((claimed) => claimed?.task ?? [])).toEqual([one]);
      expect((await store.statusOf("none")).queue).toEqual({ waiting: 0, running: 2 });
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
      expect(await store.complete(lease, { state: "produced", outputs: [output] }, () => producedOf(one, handOff))).toBe(true);
      const row = { ...handOff, state: "pending", tries: 0, nextAt: 1_000 };
      const status = await store.statusOf({ task: one });
      expect(status).toMatchObject({ tasks: [{ attachments: [{ ...output, task: one, direction: "out", attempt: 1 }] }], outbox: [row] });
      expect(status.tasks[0]?.row).toMatchObject({ state: "produced", lastReceipt: await lastReceipt(store) });
      expect(status.tasks[0]?.row).not.toHaveProperty("leaseUntil");
      expect([await store.outboxRow(three), await store.outboxRow(two)]).toEqual([row, undefined]);
      expect((await store.feed(2, 1))[0]?.envelopes).toContainEqual(handOff.envelope);
      // A lease completes its attempt once.
      expect(await store.complete(lease, { state: "done", outputs: [] }, () => eventOf("done"))).toBe(false);
      expect(await store.feedSize()).toBe(3);
    });

    test("that hand on something without a result are refused whole", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      const claimed = await claim(store);
      const lease = { task: one, attempt: claimed?.attempt ?? 0 };
      const end = store.complete(lease, { state: "done", outputs: [] }, () => producedOf(one, handOffOf(three, { carries: one })));
      await expect(end).rejects.toMatchObject({ code: "internal", cause: { message: expect.stringContaining(three) } });
      expect(await store.statusOf({ task: one })).toMatchObject({ size: 2, tasks: [{ row: { state: "running" } }], outbox: [] });
    });

    test("are of the kinds that are asked for, first accepted first", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      await store.accept(requestOf(payloadOf({ id: two, kind: "run", run: two, stage: "main" })), receiptOf("accepted", two));
      const claimOf = async (...kinds: TaskKind[]) =>
        (await store.claim({ now: 1_000, leaseMs: 5_000, kinds }, (row) => receiptOf("started", row.id)))?.task;
      expect([await claimOf(), await claimOf("run"), await claimOf("run"), await claimOf("work", "run")]).toEqual([
        undefined,
        two,
        undefined,
        one,
      ]);
    });

    // guarantees: R3.chain
    test("end with a receipt that follows from the task's newest one, also where another came after the claim", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      const lease = { task: one, attempt: (await claim(store))?.attempt ?? 0 };
      await store.change({ ...nothing, events: [{ task: one, seal: () => receiptOf("cancelled", one) }] });
      const newest = (await store.task(one))?.lastReceipt;
      const seen: (string | undefined)[] = [];
      await store.complete(lease, { state: "blocked", block }, (row) => (seen.push(row.lastReceipt), receiptOf("blocked", one)));
      expect([new Set(seen), (await store.task(one))?.lastReceipt === newest]).toEqual([new Set([newest]), false]);
    });

    test("that are to be repeated wait for their time, and are counted", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      const first = await claim(store);
      await store.complete({ task: one, attempt: first?.attempt ?? 0 }, { state: "again", notBefore: 4_000 }, undefined);
      expect(await store.dueTasks()).toEqual({ waiting: 1, next: 4_000 });
      expect(await claim(store, 3_999)).toBeUndefined();
      expect(await claim(store, 4_000)).toMatchObject({ task: one, attempt: 2 });
      await store.complete({ task: one, attempt: 2 }, { state: "again", notBefore: 1_000_000 }, undefined);
      // `notBefore` was set while the clock was ahead, and the clock has been set back since.
      expect(await claim(store, 4_000)).toMatchObject({ task: one, attempt: 3 });
      expect(await store.renew({ task: one, attempt: 1 }, 9_000)).toBe(false);
      expect(await store.renew({ task: one, attempt: 3 }, 9_000)).toBe(true);
      expect((await store.task(one))?.leaseUntil).toBe(9_000);
    });

    test("say when a delayed task is due, and when a lease lapses", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      expect(await store.dueTasks()).toEqual({ waiting: 0 });
      await queue(store, one);
      await queue(store, two, "judge");
      expect(await store.dueTasks()).toEqual({ waiting: 2 });
      await claim(store);
      expect(await store.dueTasks()).toEqual({ waiting: 1, lapse: 6_000 });
      await claim(store, 1_500);
      await store.complete({ task: one, attempt: 1 }, { state: "again", notBefore: 6_100 }, undefined);
      expect(await store.dueTasks()).toEqual({ waiting: 1, next: 6_100, lapse: 6_500 });
      await store.renew({ task: two, attempt: 1 }, 6_050);
      expect(await store.dueTasks()).toEqual({ waiting: 1, next: 6_100, lapse: 6_050 });
      await store.complete({ task: two, attempt: 1 }, { state: "done", outputs: [] }, () => eventOf("done"));
      await claim(store, 7_000);
      await store.complete({ task: one, attempt: 2 }, { state: "done", outputs: [] }, () => eventOf("done"));
      expect(await store.dueTasks()).toEqual({ waiting: 0 });
    });

    // guarantees: R2.fenced
    test("end when their lease lapses or their boot does, and never reach the task again", async () => {
      await using opened = await openFolder(open);
      await queue(opened.store, one);
      await claim(opened.store);
      expect(await opened.store.expireLeases(6_000)).toEqual([]);
      expect(await opened.store.expireLeases(6_001)).toEqual([one]);
      expect(await opened.store.complete({ task: one, attempt: 1 }, { state: "done", outputs: [] }, () => eventOf("late"))).toBe(false);
      expect(await claim(opened.store)).toMatchObject({ attempt: 2 });
      const { instance, boot } = opened.store;
      await opened.reopen();
      expect(opened.store.instance).toBe(instance);
      expect(opened.store.boot).not.toBe(boot);
      expect(await opened.store.task(one)).toMatchObject({ state: "queued", attempt: 2 });
      expect(await claim(opened.store)).toMatchObject({ attempt: 3 });
    });

    test("leave in the row of a fenced task which boot's ran then, if any did", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      for (const task of [one, two, three]) await queue(store, task, `stage-${task.at(-1)}`);
      await claim(store);
      await claim(store);
      await store.complete({ task: two, attempt: 1 }, { state: "blocked", block }, () => receiptOf("blocked", two));
      const cancel = { ...payloadOf({ id: id(4), kind: "cancel", epoch: 2 }), attachments: [] };
      await store.accept(requestOf(cancel), receiptOf("accepted", id(4)));
      const rows = await Promise.all([one, two, three].map((task) => store.task(task)));
      expect(rows.map((row) => [row?.state, row?.boot])).toEqual([
        ["fenced", store.boot],
        ["fenced", undefined],
        ["fenced", undefined],
      ]);
      expect((await store.statusOf("none")).queue.running).toBe(0);
    });

    test("that are exhausted block the task until somebody retries it", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, one);
      await claim(store);
      expect(await store.retry(one, eventOf("retried"))).toBe(false);
      await store.complete({ task: one, attempt: 1 }, { state: "blocked", block }, () => receiptOf("blocked", one));
      expect(await store.task(one)).toMatchObject({ state: "blocked", block });
      expect(await claim(store)).toBeUndefined();
      expect(await store.retry(one, eventOf("retried"))).toBe(true);
      const task = await store.task(one);
      expect(task).toMatchObject({ state: "queued", attempt: 1 });
      expect(task).not.toHaveProperty("block");
      expect(await claim(store)).toMatchObject({ attempt: 2 });
    });

    test("of a run can be listed, open ones first accepted first", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await queue(store, two);
      await queue(store, one, "judge");
      await claim(store);
      await store.complete({ task: two, attempt: 1 }, { state: "done", outputs: [] }, () => eventOf("done"));
      const ids = (tasks: readonly { readonly id: string }[]) => tasks.map((task) => task.id);
      const history = async (page: Parameters<Store["history"]>[0]) => ids((await store.history(page)).map(({ row }) => row));
      expect(ids(await tasksOf(store))).toEqual([one]);
      expect(ids(await tasksOf(store, { run }))).toEqual([two, one]);
      expect(ids(await tasksOf(store, { task: two }))).toEqual([two]);
      expect(await tasksOf(store, { run: id(9, 1) })).toEqual([]);
      expect(await tasksOf(store, "none")).toEqual([]);
      expect(await history({ limit: 1 })).toEqual([two]);
      expect(await history({ after: two, limit: 5 })).toEqual([one]);
      expect(await history({ after: one, limit: 5 })).toEqual([]);
    });
  });
}
