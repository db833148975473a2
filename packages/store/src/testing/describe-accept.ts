import { describe, expect, test } from "vitest";
import type { TaskPayload } from "@tasuki/protocol";
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
  runOf,
  sha256,
  tasksOf,
} from "./fixtures.ts";

const accept = (store: Store, payload: TaskPayload, more: Parameters<typeof requestOf>[1] = {}) =>
  store.accept(requestOf(payload, more), receiptOf("accepted", payload.id));
const [one, two, three] = [id(1), id(2), id(3)];

export function describeAccept(open: OpenTestStore): void {
  describe("accept", () => {
    test("keeps the task, its files and the receipt that was sealed for it", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const notes = { ...(await putBlob(store, "notes")), label: "where they came from" };
      const payload = payloadOf({ id: one, attachments: [notes] });
      const request = requestOf(payload, { traceparent: "00-ab-cd-01" });
      const accepted = await store.accept(request, receiptOf("accepted", one));
      const [entry] = await store.feed(0, 10);
      expect(accepted).toEqual({ is: "accepted", index: 0, receipt: entry?.envelopes[0] });
      const lastReceipt = sha256(Buffer.from(entry?.envelopes[0]?.payload ?? "", "base64"));
      const { digest, envelope } = request;
      const task = { id: one, payload, digest, from: "main", state: "queued", attempt: 0, acceptedAt: 1_000, lastReceipt };
      const row = { ...task, traceparent: "00-ab-cd-01" };
      const facts = { row, position: 1, attachments: [{ ...notes, task: one, direction: "in", attempt: 0 }] };
      expect(await store.task(one)).toEqual(row);
      expect(await store.statusOf({ task: one })).toEqual({ size: 1, queue: { waiting: 1, running: 0 }, tasks: [facts], outbox: [] });
      expect(await store.envelopes(run, [digest, sha256("unknown")])).toEqual(new Map([[digest, envelope]]));
      expect(await store.evidenceOf(run)).toEqual({
        tasks: [facts],
        outbox: [],
        envelopes: [envelope, entry?.envelopes[0]],
        texts: new Map(),
      });
    });

    // guarantees: R2.accepted-once, R2.conflict
    test("answers the first receipt again to the same bytes, whatever has happened since, and refuses the id for others", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const first = await accept(store, payloadOf({ id: one }));
      await store.claim({ now: 1_000, leaseMs: 10 }, () => receiptOf("started", one));
      await accept(store, payloadOf({ id: two, kind: "cancel", epoch: 3 }));
      await opened.reopen();
      expect(await accept(opened.store, payloadOf({ id: one }))).toEqual({ is: "replayed", receipt: "receipt" in first && first.receipt });
      expect(await accept(opened.store, payloadOf({ id: one, reason: "another" }))).toEqual({ is: "conflict" });
      expect(await opened.store.feedSize()).toBe(3);
      // The refusal is an event of its own: `lastReceipt`, from which the task's next receipt follows, stays as it was.
      const before = await opened.store.task(one);
      await opened.store.append(receiptOf("rejected", one));
      expect(await opened.store.task(one)).toEqual(before);
    });

    test("judges in one order: epoch, stage, files, room; and what it refuses leaves nothing", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await accept(store, payloadOf({ id: one, epoch: 2 }));
      const missing = { name: "a.md", contract: "notes@1", size: 1, sha256: sha256("a") };
      const other = { ...(await putBlob(store, "b")), name: "b.md", contract: "other@1" };
      const attachments = [missing, { ...missing, name: "c.md" }, other];
      const seen = async () => ({ feed: await store.feed(0, 10), status: await store.statusOf("open") });
      const before = await seen();
      expect(await accept(store, payloadOf({ id: two, epoch: 1, attachments }), { queueLimit: 1 })).toEqual({ is: "stale", epoch: 2 });
      expect(await accept(store, payloadOf({ id: two, epoch: 2, attachments }), { queueLimit: 1 })).toEqual({ is: "taken", by: one });
      // The bytes of `other` are here, but have not passed the contract that the task names.
      const digests = [missing.sha256, other.sha256];
      const elsewhere = payloadOf({ id: two, epoch: 2, stage: "judge" });
      expect(await accept(store, { ...elsewhere, attachments }, { queueLimit: 1 })).toEqual({ is: "missing", digests });
      expect(await accept(store, elsewhere, { queueLimit: 1 })).toEqual({ is: "full" });
      expect(await seen()).toEqual(before);
      expect(await accept(store, elsewhere, { queueLimit: 2 })).toMatchObject({ is: "accepted", index: 1 });
    });

    test("with a run's task, makes the run's row in the same commit", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const row = runOf(run, { epoch: 0, state: { stages: [] } });
      await accept(store, payloadOf({ id: run, kind: "run", stage: "main", epoch: 0 }), { run: row });
      expect(await store.run(run)).toEqual({ ...row, version: 1 });
      await store.change({ ...nothing, runs: [{ ...row, version: 1, epoch: 4 }] });
      expect(await store.run(run)).toEqual({ ...row, version: 2, epoch: 4 });
    });
  });

  describe("the grounds of an acceptance", () => {
    test("are the task of the same id, the run's epoch and row, and the blobs that are here", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const notes = await putBlob(store, "notes");
      const asked = { task: one, run, blobs: [notes.sha256, sha256("nowhere")] };
      const blobs = new Map([[notes.sha256, { size: 5, contracts: ["notes@1"] }]]);
      expect(await store.grounds(asked)).toEqual({ epoch: 0, blobs });
      await accept(store, payloadOf({ id: one, epoch: 3 }));
      const task = await store.task(one);
      expect(await store.grounds(asked)).toEqual({ task, epoch: 3, mainsEpoch: 3, blobs });
      await store.change({ ...nothing, runs: [runOf(run, { epoch: 4 })] });
      expect(await store.grounds({ ...asked, blobs: [] })).toEqual({
        task,
        epoch: 4,
        mainsEpoch: 3,
        run: runOf(run, { version: 1, epoch: 4 }),
        blobs: new Map(),
      });
    });
  });

  describe("a task that acts at once", () => {
    test("cancel fences what is below its epoch and withdraws its hand-offs", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await accept(store, payloadOf({ id: two, kind: "cancel", epoch: 2 }));
      expect(await statesOf(store, one, two)).toEqual(["fenced", "done"]);
      expect((await store.statusOf({ run })).outbox.map(({ state }) => state)).toEqual(["superseded"]);
      expect(await accept(store, payloadOf({ id: three, stage: "judge" }))).toEqual({ is: "stale", epoch: 2 });
    });

    test("work of a higher epoch fences older work", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const lease = await claimOne(store);
      await accept(store, payloadOf({ id: two, epoch: 2 }));
      expect(await store.renew(lease, 9_000)).toBe(false);
      expect(await store.complete(lease, { state: "done", outputs: [] }, () => eventOf("done"))).toBe(false);
      expect(await statesOf(store, one, two)).toEqual(["fenced", "queued"]);
    });

    test("nudge makes what waits due now, and tries again what was refused", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await store.settle(three, { state: "pending", last: "503", nextAt: 60_000 }, undefined);
      await accept(store, payloadOf({ id: id(7), kind: "nudge" }), { now: 2_000 });
      expect((await store.dueOutbox(2_000)).rows).toMatchObject([{ id: three, tries: 1, last: "503", nextAt: 2_000 }]);
      await store.settle(three, { state: "blocked", last: "403", block }, () => eventOf("blocked"));
      await accept(store, payloadOf({ id: id(8), kind: "nudge" }), { now: 3_000 });
      expect((await store.dueOutbox(3_000)).rows).toMatchObject([{ id: three, tries: 2, state: "pending" }]);
      const task = await store.task(one);
      expect(task).not.toHaveProperty("block");
      expect(task?.state).toBe("produced");
    });

    test("close withdraws the run's hand-offs and ends its tasks", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await produce(store);
      await accept(store, payloadOf({ id: two, kind: "close", bundle: sha256("bundle") }));
      expect(await statesOf(store, one, two)).toEqual(["done", "done"]);
      expect((await store.statusOf({ run })).outbox).toMatchObject([{ id: three, state: "superseded" }]);
      expect(await tasksOf(store)).toEqual([]);
      expect((await tasksOf(store, { run })).at(-1)).toMatchObject({ id: two, payload: { kind: "close", bundle: sha256("bundle") } });
    });

    // guarantees: R5.nothing-left
    test("after a close no work of its epoch is taken, which may have been under way; another close and a higher epoch are", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const close = (task: string) => payloadOf({ id: task, kind: "close", epoch: 2, bundle: sha256("bundle") });
      await accept(store, close(one));
      await opened.reopen();
      const before = await opened.store.feedSize();
      expect(await accept(opened.store, payloadOf({ id: two, epoch: 2 }))).toEqual({ is: "archived", epoch: 2 });
      expect([await opened.store.task(two), await opened.store.feedSize()]).toEqual([undefined, before]);
      // A main that was restored from a backup goes on from there.
      expect(await accept(opened.store, close(three))).toMatchObject({ is: "accepted" });
      expect(await accept(opened.store, payloadOf({ id: two, epoch: 3 }))).toMatchObject({ is: "accepted" });
    });
  });
}

const block = { reason: "refused", needs: "a grant", owner: "operator", clearsWith: "tasuki retry" };
async function statesOf(store: Store, ...tasks: readonly string[]) {
  const rows = await Promise.all(tasks.map((task) => store.task(task)));
  return rows.map((row) => row?.state);
}

async function claimOne(store: Store) {
  await accept(store, payloadOf({ id: one }));
  const claimed = await store.claim({ now: 1_000, leaseMs: 5_000 }, () => receiptOf("started", one));
  return { task: one, attempt: claimed?.attempt ?? 0 };
}

async function produce(store: Store): Promise<void> {
  const handOff = handOffOf(three, { carries: one });
  await store.complete(await claimOne(store), { state: "produced", outputs: [] }, () => producedOf(one, handOff));
}
