import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { blobPath } from "../files/file-blobs.ts";
import { openStore } from "../open-store.ts";
import { eventOf, handOffOf, id, nothing, payloadOf, receiptOf, run, sha256 } from "../testing/fixtures.ts";
import { migrations } from "./schema.ts";

const instance = id(7, 2);
const at = 1_000;
const manifest = "a manifest, published without a row";
const payload = payloadOf({ id: id(1) });
const close = payloadOf({ id: id(2), kind: "close", bundle: sha256(manifest) });
const receipts = [handOffOf(id(3)).envelope, handOffOf(id(4)).envelope] as const;

/** Writes a data folder as the first release left it: its schema, word for word, and rows of each table that has changed since. */
async function writeFirstRelease(folder: string): Promise<void> {
  using db = new DatabaseSync(join(folder, "node.sqlite"));
  for (const step of migrations.slice(0, 2)) db.exec(step);
  db.exec("PRAGMA user_version = 2");
  const insert = (table: string, row: Record<string, string | number>): void => {
    const columns = Object.keys(row);
    db.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((name) => `:${name}`).join(", ")})`).run(row);
  };
  insert("meta", { key: "instance", value: instance });
  for (const [seq, receipt] of receipts.entries())
    insert("envelope", { seq: seq + 1, payload: sha256(receipt.payload), run, body: JSON.stringify(receipt) });
  for (const idx of [0, 1]) insert("event", { idx, leaf: `{"index":${idx}}`, envelopes: `[${idx + 1}]` });
  for (const [n, { id, kind, stage, epoch }] of [payload, close].entries())
    insert("task", {
      id,
      kind,
      run,
      stage,
      epoch,
      digest: "d",
      payload: JSON.stringify(n === 0 ? payload : close),
      sender: "main",
      state: n === 0 ? "running" : "done",
      attempt: 1,
      accepted_at: at,
      first_receipt: n + 1,
      last_receipt: "r",
    });
  insert("run", { id: run, epoch: 3, ended: 0, state: '{"stages":[]}', created_at: at });
  insert("position", { node: "finder", instance: id(8), next: 12 });
  insert("blob", { sha256: sha256("notes"), size: 5, added_at: at });
  insert("blob_contract", { sha256: sha256("notes"), contract: "notes@1" });
  for (const text of ["notes", manifest]) {
    const path = blobPath(folder, sha256(text));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

test("a released step is never changed", () => {
  expect(migrations.slice(0, 2).map((step) => sha256(step))).toEqual([
    sha256(""),
    "3cbc25c911f98d70e7a565253348a258398c32c76d6b9d537dd9c431c6fd8ff4",
  ]);
});

test("a data folder of the first release is opened, with everything in it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-first-"));
  try {
    await writeFirstRelease(folder);
    const logged: unknown[] = [];
    const log = (fields: object, message: string): void => void logged.push([message, fields]);
    const open = () =>
      openStore({ folder, clock: { now: () => 9_000 }, newId: () => id(9, 2), logger: { debug: log, info: log, warn: log, error: log } });
    await using store = await open();
    expect(store.instance).toBe(instance);
    expect(await store.feed(0, 9)).toEqual(receipts.map((receipt, index) => ({ index, leaf: `{"index":${index}}`, envelopes: [receipt] })));
    expect(await store.append(eventOf("goes on"))).toBe(2);
    expect(await store.position("finder")).toEqual({ node: "finder", instance: id(8), next: 12 });
    const row = { id: run, version: 1, epoch: 3, ended: false, state: { stages: [] }, createdAt: at };
    expect(await store.runs()).toEqual([row]);
    expect(await store.change({ ...nothing, runs: [row], position: { node: "finder", instance: id(9), next: 0 } })).toBe("committed");
    expect(await store.position("finder")).toEqual({ node: "finder", instance: id(9), next: 0 });
    expect(await store.task(payload.id)).toMatchObject({ state: "queued", attempt: 1, payload });
    expect((await store.statusOf({ task: payload.id })).tasks.map(({ position }) => position)).toEqual([1]);
    // The manifest's digest is named by the task that closed the run, so that its file has a row from now on.
    expect(await store.blobsOf([sha256("notes"), sha256(manifest)])).toEqual(
      new Map([
        [sha256("notes"), { size: 5, contracts: ["notes@1"] }],
        [sha256(manifest), { size: manifest.length, contracts: [] }],
      ]),
    );
    expect(logged).toEqual([[expect.stringContaining("leases of an earlier boot"), { tasks: 1 }]]);
    await store[Symbol.asyncDispose]();
    await using again = await open();
    expect(await again.feedSize()).toBe(3);
    // A task that waits has a turn, whatever release let it in.
    expect(await again.claim({ now: 9_000, leaseMs: 1_000 }, (task) => receiptOf("started", task.id))).toMatchObject({ task: payload.id });
  } finally {
    await rm(folder, { recursive: true });
  }
});
