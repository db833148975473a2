import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AcceptRequest, unprovenLimit } from "../port/acceptance.ts";
import type { Store } from "../port/store.ts";
import {
  filesIn,
  id,
  largeOf,
  openFolder,
  type OpenTestStore,
  payloadOf,
  putBlob,
  receiptOf,
  requestOf,
  runOf,
  nothing,
  tasksOf,
} from "./fixtures.ts";

type Proof = AcceptRequest["proof"];

/** Work of a sender, each on a run of its own. */
async function bring(
  store: Store,
  n: number,
  {
    from = "finder",
    proof,
    limit = 100,
    ...more
  }: { from?: string; proof?: Proof; limit?: number } & Partial<AcceptRequest["payload"]> = {},
): Promise<string> {
  const payload = payloadOf({ id: id(n), run: id(n, 1), from: from === "main" ? "main" : "finder", ...more });
  const request = requestOf(payload, { from, queueLimit: limit, ...(proof !== undefined && { proof }) });
  return (await store.accept(request, receiptOf("accepted", payload.id, payload.run))).is;
}

const claim = async (store: Store): Promise<string | undefined> =>
  (await store.claim({ now: 2_000, leaseMs: 5_000 }, (row) => receiptOf("started", row.id)))?.task;

async function claimAll(store: Store): Promise<string[]> {
  const claimed: string[] = [];
  for (let task = await claim(store); task !== undefined; task = await claim(store)) claimed.push(task);
  return claimed;
}

/** Tasks that wait, in the order of their places; each has the same place where it is asked about alone. */
async function places(store: Store): Promise<string[]> {
  const { tasks } = await store.statusOf("open");
  const alone = await Promise.all(tasks.map(async ({ row }) => (await store.statusOf({ task: row.id })).tasks[0]?.position));
  expect(alone).toEqual(tasks.map(({ position }) => position));
  return tasks
    .filter(({ position }) => position !== undefined)
    .toSorted((one, other) => (one.position ?? 0) - (other.position ?? 0))
    .map(({ row }) => row.id);
}

export function describeTurns(open: OpenTestStore): void {
  describe("the queue", () => {
    // guarantees: R5.turns
    test("gives its senders turns, however much one of them has sent; and its places are the order in which it is claimed", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      for (const n of [1, 2, 3, 4]) await bring(store, n, { from: "liar" });
      await bring(store, 5, { from: "main" });
      expect(await claim(store)).toBe(id(1));
      await bring(store, 6, { from: "honest" });
      const order = await places(store);
      expect(order).toEqual([id(5), id(6), id(2), id(3), id(4)]);
      expect(await claimAll(store)).toEqual(order);
    });

    test("has the places in which it is claimed, whoever sent how much, proven or not", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const senders = ["main", "much", "little", "much", "late", "much", "unknown", "much", "little", "unknown"];
      for (const [n, from] of senders.entries()) {
        await bring(store, n, { from, ...(from === "unknown" && { proof: "unproven" as const }) });
        if (n === 4) await claim(store);
      }
      const order = await places(store);
      expect(order).toHaveLength(senders.length - 1);
      expect(await claimAll(store)).toEqual(order);
    });

    test("is full for one sender, and has room for another", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const limit = 2;
      expect([await bring(store, 1, { limit }), await bring(store, 2, { limit }), await bring(store, 3, { limit })]).toEqual([
        "accepted",
        "accepted",
        "full",
      ]);
      expect(await bring(store, 4, { from: "honest", limit })).toBe("accepted");
    });

    // guarantees: R5.turns
    test("lets whoever comes wait for one task of each other sender at most", { timeout: 60_000 }, async () => {
      const senders = ["a", "b", "c", "d"];
      const history = fc.array(
        fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...senders) }, { weight: 1, arbitrary: fc.constant(undefined) }),
        {
          minLength: 10,
          maxLength: 40,
        },
      );
      const holds = fc.asyncProperty(history, async (steps) => {
        await using opened = await openFolder(open);
        const { store } = opened;
        let n = 0;
        for (const from of steps) await (from === undefined ? claim(store) : bring(store, (n += 1), { from }));
        // One that has nothing here comes now.
        await bring(store, (n += 1), { from: "late" });
        const claimed = await claimAll(store);
        expect(claimed.indexOf(id(n))).toBeLessThanOrEqual(senders.length);
        const senderOf = new Map((await store.history({ limit: 100 })).map(({ row }) => [row.id, row.from]));
        const before = claimed.slice(0, claimed.indexOf(id(n))).map((task) => senderOf.get(task));
        expect(new Set(before).size).toBe(before.length);
      });
      await expect(fc.assert(holds, { numRuns: 20 })).resolves.toBeUndefined();
    });
  });

  describe("unproven work", () => {
    // guarantees: R11.given-out
    test("waits for all other, also for what comes later, until main says a word of its run", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      await bring(store, 1, { from: "liar", proof: "unproven" });
      await bring(store, 2, { from: "old", proof: "unproven" });
      await bring(store, 3, { from: "honest", proof: "granted" });
      await bring(store, 4, { from: "honest", proof: "granted" });
      expect(await places(store)).toEqual([id(3), id(4), id(1), id(2)]);
      await bring(store, 9, { from: "main", kind: "nudge", run: id(2, 1) });
      expect(await places(store)).toEqual([id(2), id(3), id(4), id(1)]);
      expect(await claimAll(store)).toEqual([id(2), id(3), id(4), id(1)]);
    });

    // guarantees: R11.given-out
    test("of one sender is little, in tasks and in bytes, also of what is done; main's word makes room", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const half = { ...(await putBlob(store, "half")), size: unprovenLimit.bytes / 2 };
      const proof = "unproven" as const;
      const brought: string[] = [];
      for (const n of [1, 2, 3]) brought.push(await bring(store, n, { from: "large", proof, attachments: [half] }));
      expect(brought).toEqual(["accepted", "accepted", "full"]);
      for (let n = 10; n < 10 + unprovenLimit.tasks; n += 1) expect(await bring(store, n, { proof })).toBe("accepted");
      await claimAll(store);
      expect(await bring(store, 30, { proof })).toBe("full");
      expect(await bring(store, 31, { proof: "granted" })).toBe("accepted");
      expect(await bring(store, 32, { from: "other", proof })).toBe("accepted");
      await bring(store, 40, { from: "main", kind: "cancel", run: id(10, 1), epoch: 2 });
      expect(await bring(store, 33, { proof })).toBe("accepted");
    });

    // guarantees: R11.given-out
    test("of which main has said nothing in time is given up, with its files, and the id stays taken", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const invented = await putBlob(store, largeOf("invented"), { now: 10 });
      const given = await putBlob(store, largeOf("given"), { now: 10 });
      await bring(store, 1, { proof: "unproven", attachments: [invented] });
      await bring(store, 2, { proof: "granted", attachments: [given] });
      await bring(store, 3, { proof: "unproven", attachments: [given] });
      await bring(store, 4, { from: "main", kind: "nudge", run: id(3, 1) });
      expect(await store.giveUpUnproven(1_000)).toEqual([]);
      expect(await store.giveUpUnproven(1_001)).toEqual([id(1, 1)]);
      expect((await store.task(id(1)))?.state).toBe("fenced");
      expect((await tasksOf(store)).map((row) => row.id)).toEqual([id(2), id(3)]);
      await store.sweepBlobs(50);
      expect(await store.sweepBlobs(50)).toBe(1);
      expect((await filesIn(opened.folder)).toSorted()).toEqual([given.sha256]);
      expect(await bring(store, 1, { proof: "unproven", reason: "again" })).toBe("conflict");
      expect(await store.giveUpUnproven(2_000)).toEqual([]);
    });
  });

  describe("main's word", () => {
    // guarantees: R11.given-out
    test("is work or a nudge of main's own, at its epoch; that main signs grants is known from the first on", async () => {
      await using opened = await openFolder(open);
      const word = async (n: number) => {
        const { isGranted, mainsEpoch } = await opened.store.grounds({ task: id(99), run: id(n, 1), blobs: [] });
        return [isGranted, mainsEpoch];
      };
      await opened.store.change({ ...nothing, runs: [runOf(id(1, 1))] });
      await bring(opened.store, 1, { proof: "unproven" });
      expect(await word(1)).toEqual([undefined, undefined]);
      await bring(opened.store, 2, { from: "main", kind: "nudge", run: id(1, 1) });
      await bring(opened.store, 3, { from: "main", kind: "cancel", run: id(1, 1), epoch: 7 });
      await bring(opened.store, 4, { proof: "granted" });
      await opened.reopen();
      expect([await word(1), await word(4)]).toEqual([
        [true, 1],
        [true, undefined],
      ]);
    });
  });
}
