import { DatabaseSync } from "node:sqlite";
import type { TasukiError } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { createRecorder } from "./recorder.ts";
import { createWriter } from "./writer.ts";

function openWriter() {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE kept (id INTEGER PRIMARY KEY, body TEXT, parent INTEGER REFERENCES kept (id) DEFERRABLE INITIALLY DEFERRED)");
  const failures: TasukiError[] = [];
  const commits: number[] = [];
  const recorder = createRecorder();
  /** Tasks that were announced, by commit. */
  const announced: string[][] = [];
  const count = (): number => Number(db.prepare("SELECT count(*) AS n FROM kept").get()?.["n"]);
  const writer = createWriter({
    db,
    path: "node.sqlite",
    recorder,
    committed(changes) {
      commits.push(count());
      announced.push(changes.map((change) => ("task" in change ? change.task : change.topic)));
    },
    broken: (error) => failures.push(error),
  });
  const insert = (body: string, parent: number | null = null) =>
    writer.write(() => {
      recorder.changed({ topic: "task", task: body.slice(0, 9) });
      return Number(db.prepare("INSERT INTO kept (body, parent) VALUES (?, ?)").run(body, parent).lastInsertRowid);
    });
  const along = (body: string, mayWait: () => boolean = () => true) =>
    writer.writeAlong(() => {
      recorder.changed({ topic: "task", task: body });
      return Number(db.prepare("INSERT INTO kept (body) VALUES (?)").run(body).lastInsertRowid);
    }, mayWait);
  return { db, writer, recorder, insert, along, count, commits, announced, failures };
}

test("writes of one turn are one commit, in their order; the promises know after it", async () => {
  const { writer, insert, commits, announced } = openWriter();
  expect(await Promise.all([insert("a"), insert("b"), insert("c")])).toEqual([1, 2, 3]);
  expect(commits).toEqual([3]);
  expect(await insert("d")).toBe(4);
  expect(commits).toEqual([3, 4]);
  expect(await writer.write(() => "nothing")).toBe("nothing");
  expect(announced).toEqual([["a", "b", "c"], ["d"]]);
});

test("an operation that throws half-way is undone alone, and what it changed is not announced", async () => {
  const { db, writer, recorder, insert, count, announced } = openWriter();
  const half = writer.write(() => {
    recorder.changed({ topic: "feed" });
    db.exec("INSERT INTO kept (body) VALUES ('half')");
    throw new Error("no");
  });
  const [before, failed, after] = await Promise.allSettled([insert("before"), half, insert("after")]);
  expect([before.status, after.status, count()]).toEqual(["fulfilled", "fulfilled", 2]);
  expect(failed).toMatchObject({ reason: { code: "internal" } });
  expect(announced).toEqual([["before", "after"]]);
});

// guarantees: R1.disk-full
test("a full disk refuses what has no room and changes nothing; what has room is still taken, then and later", async () => {
  const { db, insert, count, announced, failures } = openWriter();
  const pages = Number(db.prepare("PRAGMA page_count").get()?.["page_count"]);
  db.exec(`PRAGMA max_page_count = ${pages + 1}`);
  const settled = await Promise.allSettled([insert("small"), insert("large".repeat(10_000)), insert("small too")]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(settled[1]).toMatchObject({ reason: { code: "disk_full", retryable: true } });
  expect([count(), failures]).toEqual([2, []]);
  expect(announced).toEqual([["small", "small too"]]);
  await expect(insert("large".repeat(10_000))).rejects.toMatchObject({ code: "disk_full" });
  expect(await insert("fits")).toBe(3);
});

// guarantees: R1.disk-fails
test("a commit that fails acknowledges nothing, and nothing is written ever after", async () => {
  const { insert, count, announced, failures } = openWriter();
  // A deferred reference to a missing row: the operation succeeds, and COMMIT does not.
  const settled = await Promise.allSettled([insert("a"), insert("b", 99)]);
  expect(settled.map((each) => each.status === "rejected" && each.reason.code)).toEqual(["internal", "internal"]);
  expect(failures).toHaveLength(1);
  await expect(insert("c")).rejects.toBe(failures[0]);
  expect([count(), announced]).toEqual([0, []]);
});

test("what may wait shares the next commit in its place, whoever comes, and is committed by itself where nobody does", async () => {
  const { writer, insert, commits, announced, along } = openWriter();
  const waiting = along("waits");
  const next = new Promise((resolve) => void setImmediate(resolve)).then(() => insert("next"));
  expect(await Promise.all([waiting, next, along("with it")])).toEqual([1, 3, 2]);
  expect([commits, announced]).toEqual([[3], [["waits", "with it", "next"]]]);
  expect(await along("alone")).toBe(4);
  expect(await along("must not wait", () => false)).toBe(5);
  const unread = along("can't be known", () => {
    throw new Error("it can't be read");
  });
  expect(await unread).toBe(6);
  const last = along("last");
  writer.close();
  expect(await last).toBe(7);
  await expect(along("refused")).rejects.toMatchObject({ code: "unavailable" });
});

test("closing writes what waits, and refuses the rest", async () => {
  const { writer, insert, count } = openWriter();
  const waiting = insert("a");
  writer.close();
  expect(await waiting).toBe(1);
  await expect(insert("b")).rejects.toMatchObject({ code: "unavailable" });
  expect(count()).toBe(1);
});
