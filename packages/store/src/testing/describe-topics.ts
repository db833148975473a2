import { describe, expect, test } from "vitest";
import type { Store, Topic } from "../port/store.ts";
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
} from "./fixtures.ts";

const [one, two, three] = [id(1), id(2), id(3)];
const otherRun = id(2, 1);
const block = { reason: "403", needs: "a grant", owner: "operator", clearsWith: "tasuki retry" };
const topics: readonly Topic[] = [
  { topic: "task", task: one },
  { topic: "task", task: two },
  { topic: "task" },
  { topic: "outbox", run },
  { topic: "outbox", run: otherRun },
  { topic: "outbox" },
  { topic: "run", run },
  { topic: "run", run: otherRun },
  { topic: "run" },
  { topic: "feed" },
  { topic: "peer" },
];

/** Listens to each of the topics. `of` resolves with those that an operation changed, once for each call of a listener. */
function listenTo(store: Store) {
  let heard: string[] = [];
  for (const topic of topics) store.onCommit([topic], () => heard.push(Object.values(topic).join(" ")));
  return {
    async of(operation: Promise<unknown>): Promise<string[]> {
      await operation.catch(() => undefined);
      await store.poll?.();
      const all = heard.toSorted();
      heard = [];
      return all;
    },
  };
}

const taskOne = ["task", `task ${one}`];
const rowsOfRun = ["outbox", `outbox ${run}`];
const rowOfRun = ["run", `run ${run}`];

export function describeTopics(open: OpenTestStore): void {
  describe("whoever waits for a change", () => {
    test("of a task, of the outbox or of the feed is woken by what changes it, and by nothing else", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const heard = listenTo(store);
      const accept = (payload: ReturnType<typeof payloadOf>) => store.accept(requestOf(payload), receiptOf("accepted", payload.id));
      const lease = { task: one, attempt: 1 };
      expect(await heard.of(accept(payloadOf({ id: one })))).toEqual(["feed", ...taskOne]);
      expect(await heard.of(accept(payloadOf({ id: one })))).toEqual([]);
      expect(await heard.of(store.claim({ now: 1_000, leaseMs: 10 }, () => receiptOf("started", one)))).toEqual(["feed", ...taskOne]);
      expect(await heard.of(store.renew(lease, 2_000))).toEqual(taskOne);
      expect(await heard.of(store.expireLeases(3_000))).toEqual(taskOne);
      expect(await heard.of(store.renew(lease, 9_000))).toEqual([]);
      await store.claim({ now: 3_000, leaseMs: 10 }, () => receiptOf("started", one));
      await heard.of(Promise.resolve());
      const handOff = handOffOf(three, { carries: one });
      const end = store.complete({ task: one, attempt: 2 }, { state: "produced", outputs: [] }, () => producedOf(one, handOff));
      expect(await heard.of(end)).toEqual(["feed", ...rowsOfRun, ...taskOne]);
      expect(await heard.of(store.settle(three, { state: "pending", last: "503", nextAt: 9 }, undefined))).toEqual(rowsOfRun);
      const refused = store.settle(three, { state: "blocked", last: "403", block }, () => eventOf("refused"));
      expect(await heard.of(refused)).toEqual(["feed", ...rowsOfRun, ...taskOne]);
      expect(await heard.of(store.retry(one, eventOf("retried")))).toEqual(["feed", ...rowsOfRun, ...taskOne]);
      // The cancel is a task itself, which wakes those who wait for any task once.
      const cancelled = accept(payloadOf({ id: two, kind: "cancel", epoch: 2 }));
      expect(await heard.of(cancelled)).toEqual(["feed", ...rowsOfRun, ...taskOne, `task ${two}`]);
      expect(await heard.of(store.append(eventOf("alone")))).toEqual(["feed"]);
    });

    test("of a run or of a peer is woken by what changes it, and by nothing else", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const heard = listenTo(store);
      const step = { ...nothing, runs: [runOf(run)], outbox: [handOffOf(three)], events: [eventOf("stepped")] };
      expect(await heard.of(store.change(step))).toEqual(["feed", ...rowsOfRun, ...rowOfRun]);
      expect(await heard.of(store.change(step))).toEqual([]);
      expect(await heard.of(store.change({ ...nothing, hasten: [run, otherRun] }))).toEqual(rowsOfRun);
      expect(await heard.of(store.change({ ...nothing, supersede: [{ run, epoch: 1 }] }))).toEqual(rowsOfRun);
      expect(await heard.of(store.change({ ...nothing, supersede: [{ run, epoch: 1 }] }))).toEqual([]);
      const request = requestOf(payloadOf({ id: two, kind: "run", run: otherRun, epoch: 0 }), { run: runOf(otherRun) });
      const other = store.accept(request, receiptOf("accepted", two, otherRun));
      expect(await heard.of(other)).toEqual(["feed", "run", `run ${otherRun}`, "task", `task ${two}`]);
      expect(await heard.of(store.savePeer({ node: "finder", health: {}, at: 1 }))).toEqual(["peer"]);
    });

    test("hears nothing of what changes nothing, or was not kept", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const heard = listenTo(store);
      const sealing = (): never => {
        throw new Error("the key is gone");
      };
      expect(await heard.of(store.claim({ now: 1, leaseMs: 1 }, () => eventOf("never")))).toEqual([]);
      expect(await heard.of(store.expireLeases(1))).toEqual([]);
      const half = { ...nothing, runs: [runOf(run)], outbox: [handOffOf(three)], events: [eventOf("half"), sealing] };
      expect(await heard.of(store.change(half))).toEqual([]);
      const both = Promise.allSettled([store.change(half), store.append(eventOf("whole")), store.change(half)]);
      expect(await heard.of(both)).toEqual(["feed"]);
      expect(await heard.of(putBlob(store, "notes").then(() => store.sweepBlobs(9)))).toEqual([]);
    });

    test("of several things is woken once by a commit, and no more once it has stopped waiting", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      let calls = 0;
      const listener = (): void => void (calls += 1);
      const stop = store.onCommit([{ topic: "feed" }, { topic: "run" }, { topic: "run", run }], listener);
      const stopAgain = store.onCommit([{ topic: "run" }], listener);
      await store.change({ ...nothing, runs: [runOf(run)], events: [eventOf("both")] });
      await store.poll?.();
      expect(calls).toBe(2);
      stop();
      await store.change({ ...nothing, runs: [runOf(otherRun)], events: [eventOf("both")] });
      await store.poll?.();
      expect(calls).toBe(3);
      stopAgain();
      await store.change({ ...nothing, runs: [runOf(id(3, 1))] });
      await store.poll?.();
      expect(calls).toBe(3);
    });
  });
}
