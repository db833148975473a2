import { describe, expect, test } from "vitest";
import { openStore } from "../open-store.ts";
import { describeStore, type OpenTestStore } from "../testing/describe-store.ts";
import { eventOf, id, openFolder, payloadOf, receiptOf, requestOf } from "../testing/fixtures.ts";

const open: OpenTestStore = (folder, options) => openStore({ folder, ...options });

describeStore("SQLite and files", { open, concurrent: "in the order of the calls" });

describe("one writer", () => {
  test("commits all that is written in one turn at once, in the order of the calls", async () => {
    await using opened = await openFolder(open);
    const { store } = opened;
    let commits = 0;
    const stop = store.onCommit([{ topic: "feed" }], () => (commits += 1));
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

  test("undoes an operation that fails, and leaves the others of the turn as they were called", async () => {
    await using opened = await openFolder(open);
    const { store } = opened;
    const sealing = (): never => {
      throw new Error("the key is gone");
    };
    const settled = await Promise.allSettled([store.append(eventOf("before")), store.append(sealing), store.append(eventOf("after"))]);
    expect(settled).toMatchObject([{ value: 0 }, { reason: { code: "internal" } }, { value: 1 }]);
  });

  test("wakes listeners before those who wrote go on", async () => {
    await using opened = await openFolder(open);
    const { store } = opened;
    const order: string[] = [];
    store.onCommit([{ topic: "feed" }], () => order.push("listener"));
    await store.append(eventOf("one")).then(() => order.push("writer"));
    expect(order).toEqual(["listener", "writer"]);
    expect(store.poll).toBeUndefined();
  });
});
