import type { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../open-store.ts";
import { describeStore, type OpenTestStore } from "../testing/describe-store.ts";
import { openExample, planOf, walksOf, watchStatements } from "../testing/query-plans.ts";
import { eventOf, id, openFolder, payloadOf, receiptOf, requestOf } from "../testing/fixtures.ts";

const open: OpenTestStore = (folder, options) => openStore({ folder, ...options });

let prepared: ReturnType<typeof watchStatements>;
beforeAll(() => {
  prepared = watchStatements();
});
afterAll(() => prepared[Symbol.dispose]());

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

describe("statements", () => {
  /**
   * Statements that may walk through a table. Sweeps, and the start, look through all blobs and what names them; a page of runs ends with its limit; and an envelope
   * is looked for in what refers to it only while a foreign key is violated (SQLite, `OP_FkIfZero`).
   */
  const mayWalk = [
    /^UPDATE blob SET (?:doomed_at|deleting) /,
    /^SELECT sha256(?:, content IS NOT NULL AS small)? FROM blob(?: WHERE deleting = 1)?$/,
    /^SELECT value AS sha256 FROM json_each\(:sha256s\) WHERE value IN \(SELECT sha256 FROM/,
    /^SELECT [^(]* FROM run WHERE TRUE ORDER BY created_at DESC, id DESC LIMIT :limit$/,
    /^INSERT INTO envelope /,
  ];

  test("none but those walks through a table that grows, and large tables change no plan", () => {
    using empty = openExample();
    using large = openExample(2_000);
    const texts = [...prepared.texts].filter((text) => /^(?:SELECT|INSERT|UPDATE|DELETE|WITH)/.test(text));
    const others = texts.filter((text) => mayWalk.every((one) => !one.test(text)));
    const walks = (db: DatabaseSync): unknown[] =>
      others.flatMap((text) => {
        const steps = walksOf(db, planOf(db, text));
        return steps.length > 0 ? [{ text, steps }] : [];
      });
    expect([walks(empty), walks(large)]).toEqual([[], []]);
    expect(walksOf(large, planOf(large, "SELECT id FROM task WHERE digest = :digest"))).toEqual(["SCAN task"]);
    // Which of two searches comes first may depend on what is there.
    const plans = (db: DatabaseSync) => others.map((text) => [text, planOf(db, text).toSorted()]);
    expect(plans(large)).toEqual(plans(empty));
    expect(others.length).toBeGreaterThan(60);
  });
});
