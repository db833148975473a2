import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { openFileBlobs } from "../files/file-blobs.ts";
import { createTopics } from "../port/topics.ts";
import { createRecorder } from "./recorder.ts";
import type { Store } from "../port/store.ts";
import { handOffOf, id, nothing, payloadOf, putBlob, receiptOf, requestOf, run, runOf, sha256, withText } from "../testing/fixtures.ts";
import { openDatabase } from "./open-database.ts";
import { createSql } from "./sql.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import { createWriter } from "./writer.ts";

/** A store that counts the statements it executes. */
async function openCounted() {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-statements-"));
  const db = openDatabase(folder);
  let used = 0;
  const sql = createSql(db, () => (used += 1));
  const recorder = createRecorder();
  const { onCommit, announce } = createTopics();
  const fail = (error: Error): never => {
    throw error;
  };
  const writer = createWriter({ db, path: "node.sqlite", recorder, committed: announce, broken: fail });
  const blobs = await openFileBlobs({ folder, newId: randomUUID, bytesOf: async () => undefined, broken: fail });
  const clock = { now: () => 1_000 };
  const store = createSqliteStore({ db, sql, writer, recorder, blobs, instance: id(1, 2), boot: id(2, 2), clock, onCommit });
  return {
    store,
    /** Number of statements of a call. */
    async statementsOf(call: (store: Store) => Promise<unknown>): Promise<number> {
      const before = used;
      await call(store);
      return used - before;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const many = <One>(count: number, make: (n: number) => One): One[] => Array.from({ length: count }, (_, n) => make(n));
const digest = (n: number): string => sha256(`file ${n}`);
const fileOf = (n: number) => ({ name: `${n}.md`, contract: "notes@1", size: 1, sha256: digest(n) });

/** A run with so many tasks, rows of the outbox, events and texts; its first task has as many files. */
async function fill(store: Store, count: number): Promise<void> {
  await Promise.all(
    many(count, async (n) => {
      const payload = payloadOf({ id: id(n), stage: `stage-${n}` });
      await store.accept(requestOf(payload, { queueLimit: 1_000 }), withText(receiptOf("accepted", payload.id), `text ${n}`));
    }),
  );
  await Promise.all(many(count, (n) => putBlob(store, `file ${n}`)));
  await store.change({
    ...nothing,
    runs: [runOf(run)],
    outbox: many(count, (n) => handOffOf(id(n, 3), { carries: id(n) })),
    attachments: many(count, (n) => ({ ...fileOf(n), task: id(0), direction: "out", attempt: 1 })),
  });
}

const calls: Record<string, (store: Store, count: number) => Promise<unknown>> = {
  "the status of a run": (store) => store.statusOf({ run }),
  "the status of a task": (store) => store.statusOf({ task: id(0) }),
  "the status of what is open": (store) => store.statusOf("open"),
  "the evidence of a run": (store) => store.evidenceOf(run),
  "the tasks of runs": (store, count) => store.tasksOf([run, ...many(count, (n) => id(n, 1))]),
  "a page of the history": (store, limit) => store.history({ limit }),
  "the grounds of a task": (store, count) => store.grounds({ task: id(0), run, blobs: many(count, digest) }),
  "the files of tasks": (store, count) => store.filesOf(many(count, (n) => id(n))),
  "rows of blobs": (store, count) => store.blobsOf(many(count, digest)),
  "kept envelopes": (store, count) => store.envelopes(run, many(count, digest)),
  "a page of the feed": (store, count) => store.feed(0, count),
  runs: (store) => store.runs(),
  "what is due of the tasks": (store) => store.dueTasks(),
  "what is due of the outbox": (store) => store.dueOutbox(1_000),
};

test("each read has as many statements for 200 tasks and files as for 2", async () => {
  await using small = await openCounted();
  await using large = await openCounted();
  await fill(small.store, 2);
  await fill(large.store, 200);
  const { tasks, outbox } = await large.store.statusOf({ run });
  expect([tasks.length, tasks[0]?.attachments.length, tasks[199]?.position, outbox.length]).toEqual([200, 200, 200, 200]);
  const counts = async (opened: typeof small, count: number) =>
    Promise.all(Object.entries(calls).map(async ([name, call]) => [name, await opened.statementsOf((store) => call(store, count))]));
  const ofLarge = await counts(large, 200);
  expect(ofLarge).toEqual(await counts(small, 2));
  expect(ofLarge.every(([, count]) => Number(count) > 0)).toBe(true);
});
