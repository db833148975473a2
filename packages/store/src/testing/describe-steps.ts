import { describe, expect, test } from "vitest";
import { receiptPayloadType } from "@tasuki/protocol";
import type { RunRow } from "../port/rows.ts";
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
  putBlob,
  receiptOf,
  requestOf,
  run,
  runOf,
  sha256,
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const receipt = envelopeOf({ predicate: { run, task: three, state: "accepted" } }, receiptPayloadType);

export function describeSteps(open: OpenTestStore): void {
  describe("main's step", () => {
    test("that names a file which is not here, or is being deleted, changes nothing, and says so", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const file = await putBlob(store, "a", { now: 10 });
      const naming = { ...nothing, runs: [runOf(run)], attachments: [{ ...file, task: two, direction: "out", attempt: 1 } as const] };
      expect(await store.sweepBlobs(50)).toBe(0);
      expect(await store.sweepBlobs(50)).toBe(1);
      expect(await store.change(naming)).toBe("missing");
      expect([await store.run(run), await store.filesOf([two]), await store.feedSize()]).toEqual([undefined, [], 0]);
      await putBlob(store, "a", { now: 10 });
      expect(await store.change(naming)).toBe("committed");
      // It is named now, and stays.
      expect([await store.sweepBlobs(50), await store.sweepBlobs(50)]).toEqual([0, 0]);
    });

    test("is one commit of runs, hand-offs, withdrawals, position, envelopes, files and events", async () => {
      await using opened = await openFolder(open);
      const row = runOf(run, { state: { nested: [1, "two", null] } });
      const position = { node: "finder", instance: id(5), next: 7, leaf: sha256("the last one") };
      const file = { ...(await putBlob(opened.store, "a", { name: "a.md" })), task: two, direction: "out", attempt: 2 } as const;
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
      const ended = { ...row, version: 1, ended: true };
      await opened.store.change({ ...nothing, runs: [ended], supersede: [{ run, epoch: 1 }], outbox: [later] });
      await opened.reopen();
      const { store } = opened;
      expect(await store.run(run)).toEqual({ ...ended, version: 2 });
      expect((await store.statusOf({ run })).outbox.map((each) => [each.id, each.state])).toEqual([
        [three, "superseded"],
        [two, "pending"],
      ]);
      expect(await store.position("finder")).toEqual(position);
      expect(await store.position("judge")).toBeUndefined();
      expect(await store.filesOf([two, three])).toEqual([file]);
      expect((await store.evidenceOf(run)).envelopes).toContainEqual(receipt);
      expect((await store.feed(0, 1)).concat(await store.feed(1, 5))).toEqual([
        { index: 0, leaf: '{"index":0,"type":"one"}', envelopes: [] },
        { index: 1, leaf: '{"index":1,"type":"two"}', envelopes: [] },
      ]);
    });

    test("continues the receipts of a task from its row as it is then", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await store.accept(requestOf(payloadOf({ id: one })), receiptOf("accepted", one));
      const before = await store.task(one);
      const rows: unknown[] = [];
      const continued = { task: one, seal: (row: unknown) => (rows.push(row), receiptOf("blocked", one)) };
      await store.change({ ...nothing, events: [eventOf("first"), continued, continued, { ...continued, task: two }] });
      const index = (await store.feedSize()) - 3;
      const [first] = await store.feed(index, 1);
      const lastReceipt = sha256(Buffer.from(first?.envelopes[0]?.payload ?? "", "base64"));
      expect(rows).toEqual([before, { ...before, lastReceipt }, undefined]);
    });

    test("holds a position in each installation's feed, and answers with that of the newest", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const at = (instance: string, next: number) => ({ node: "finder", instance, next });
      const [older, newer] = [id(9), id(5)];
      await store.change({ ...nothing, position: at(older, 7) });
      // The clock of the machine that made the newer installation was behind: its instance sorts before the older one.
      await store.change({ ...nothing, position: at(newer, 0) });
      await store.change({ ...nothing, position: { ...at(older, 3), node: "judge" } });
      expect(await store.position("finder")).toEqual(at(newer, 0));
      await store.change({ ...nothing, position: at(newer, 2) });
      expect(await store.position("finder")).toEqual(at(newer, 2));
      // Within a log it never goes back: a position that is saved by itself may be overtaken by the next one.
      await store.change({ ...nothing, position: at(newer, 1) });
      expect(await store.position("finder")).toEqual(at(newer, 2));
      expect(await store.position("judge")).toEqual({ ...at(older, 3), node: "judge" });
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
      expect(new Set([before, after].map((each) => each.status === "fulfilled" && each.value))).toEqual(new Set([0, 1]));
      expect(failed).toMatchObject({ status: "rejected", reason: { code: "internal", cause: { message: "the key is gone" } } });
      expect(await store.outboxRow(three)).toBeUndefined();
      const types = (await store.feed(0, 9)).map(({ leaf }): string => JSON.parse(leaf).type);
      expect(types.toSorted()).toEqual(["after", "before"]);
    });

    test("finds runs newest first, open ones and so many, page by page", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      // The last two began in the same millisecond.
      const row = (n: number) => runOf(id(n, 1), { ended: n === 2, createdAt: Math.min(n, 3) });
      await store.change({ ...nothing, runs: [row(2), row(1), row(4), row(3)] });
      const found = async (filter?: Parameters<Store["runs"]>[0]) => (await store.runs(filter)).map(({ createdAt }) => createdAt);
      expect([await found(), await found({ open: true }), await found({ limit: 2 })]).toEqual([
        [3, 3, 2, 1],
        [3, 3, 1],
        [3, 3],
      ]);
      const idsAfter = async (after: string, filter = {}) => (await store.runs({ after, ...filter })).map((run) => run.id);
      expect(await idsAfter(id(4, 1), { limit: 2 })).toEqual([id(3, 1), id(2, 1)]);
      expect(await idsAfter(id(3, 1), { open: true })).toEqual([id(1, 1)]);
      expect(await idsAfter(id(1, 1))).toEqual([]);
    });

    test("is a conflict where a run has another version than the one that was read: it changes nothing, and calls no seal", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const sealing = (): never => {
        throw new Error("a seal was called");
      };
      const steps = (version: number) =>
        store.change({ ...nothing, runs: [runOf(id(2, 1)), runOf(run, { version })], outbox: [handOffOf(three)], events: [sealing] });
      expect(await steps(1)).toBe("conflict");
      expect(await store.change({ ...nothing, runs: [runOf(run)] })).toBe("committed");
      expect([await steps(0), await steps(2)]).toEqual(["conflict", "conflict"]);
      expect(await store.runs()).toEqual([runOf(run, { version: 1 })]);
      expect([await store.outboxRow(three), await store.feedSize()]).toEqual([undefined, 0]);
    });

    test.for(["first", "second"])("that two make of one run at once loses nothing of either: the %s commits first", async (order) => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await store.change({ ...nothing, runs: [runOf(run, { state: [] })] });
      const read = async () => (await store.run(run)) ?? runOf(run);
      const step = (row: RunRow, name: string) =>
        store.change({ ...nothing, runs: [{ ...row, state: [...(row.state as string[]), name] }], events: [eventOf(name)] });
      const [mine, others] = [await read(), await read()];
      const [winner, loser] = order === "first" ? (["one", "two"] as const) : (["two", "one"] as const);
      expect(await step(order === "first" ? mine : others, winner)).toBe("committed");
      expect(await step(order === "first" ? others : mine, loser)).toBe("conflict");
      expect([(await read()).state, await store.feedSize()]).toEqual([[winner], 1]);
      expect(await step(await read(), loser)).toBe("committed");
      expect(await read()).toEqual(runOf(run, { version: 3, state: [winner, loser] }));
      expect(await store.feedSize()).toBe(2);
    });

    test("that many make of one run at once: each that finds a conflict reads again, and in the end all are there", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const step = async (name: string): Promise<void> => {
        const row = (await store.run(run)) ?? runOf(run, { state: [] });
        const change = { ...nothing, runs: [{ ...row, state: [...(row.state as string[]), name] }] };
        if ((await store.change(change)) === "conflict") await step(name);
      };
      const names = Array.from({ length: 8 }, (_, n) => `step ${n}`);
      await Promise.all(names.map(step));
      const row = await store.run(run);
      expect([new Set(row?.state as string[]), row?.version]).toEqual([new Set(names), 8]);
    });
  });
}
