import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { blobPath } from "./files/file-blobs.ts";
import { openStore } from "./open-store.ts";
import { smallBlob } from "./port/blobs.ts";
import { eraseTexts } from "./testing/erase-texts.ts";
import { eventOf, id, largeOf, nothing, payloadOf, putBlob, receiptOf, requestOf, run, withText } from "./testing/fixtures.ts";

const open = (folder: string) => openStore({ folder, clock: { now: () => 1_000 }, newId: randomUUID });

const acceptingProcess = fileURLToPath(new URL("./testing/accepting-process.ts", import.meta.url));

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "tasuki-open-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

// guarantees: R1.ack-durable
test("what a process acknowledged is there after kill -9; until then nobody else gets its folder", { timeout: 30_000 }, async () => {
  await using folder = await temporaryFolder();
  const child = spawn(process.execPath, [acceptingProcess, folder.path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const acknowledged: string[] = [];
  const enough = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    acknowledged.push(line);
    if (acknowledged.length === 100) enough.resolve();
  });
  const closed = once(child.stdout, "close");
  await Promise.race([enough.promise, ended]);

  await expect(open(folder.path)).rejects.toMatchObject({ code: "invalid_state", message: expect.stringContaining(folder.path) });
  child.kill("SIGKILL");
  await Promise.all([ended, closed]);

  await using store = await open(folder.path);
  expect(acknowledged.length).toBeGreaterThanOrEqual(100);
  const tasks = await store.history({ limit: 1_000_000 });
  const known = new Set(tasks.map(({ row }) => row.id));
  expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
  // The leases of the dead boot ended, its attempts count, and its half upload was removed.
  expect((await store.statusOf("none")).queue.running).toBe(0);
  expect(tasks.filter(({ row }) => row.attempt === 1).length).toBeGreaterThan(0);
  expect(await readdir(join(folder.path, "blobs", "unfinished"))).toEqual([]);
  const indexes = (await store.feed(0, 1_000_000)).map(({ index }) => index);
  expect(indexes).toEqual(indexes.map((_, at) => at));
});

test("one process can't open a folder twice either, and gives it back when it closes", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "made", "on the way");
  const first = await open(path);
  await expect(open(path)).rejects.toMatchObject({ code: "invalid_state" });
  await first.append(eventOf("still works"));
  await first[Symbol.asyncDispose]();
  await using second = await open(path);
  expect([await second.feedSize(), second.instance]).toEqual([1, first.instance]);
});

test.for([1000, 1])(
  "a folder that a newer program wrote, or one from before the first release, is left alone: schema %i",
  async (version) => {
    await using folder = await temporaryFolder();
    await (await open(folder.path))[Symbol.asyncDispose]();
    using db = new DatabaseSync(join(folder.path, "node.sqlite"));
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
    await expect(open(folder.path)).rejects.toMatchObject({
      code: "invalid_state",
      message: expect.stringContaining(version === 1 ? "first release" : "1000"),
    });
  },
);

// guarantees: R1.files-kept
test("rows and files of blobs are matched: what a crash left half deleted goes, small files come back, what is lost or strange is said, and named files get a row", async () => {
  await using folder = await temporaryFolder();
  const logged: unknown[] = [];
  const log = (level: string) => (fields: object, message: string) => void logged.push([level, message, fields]);
  const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  const openLogged = () => openStore({ folder: folder.path, clock: { now: () => 1_000 }, newId: randomUUID, logger });
  const path = (digest: string) => blobPath(folder.path, digest);

  const first = await openLogged();
  const kept = await putBlob(first, largeOf("kept"));
  const deleted = await putBlob(first, largeOf("half deleted"));
  const small = await putBlob(first, "small");
  await first.blobs.fileOf(small.sha256);
  const lost = await Promise.all(Array.from({ length: 25 }, (_, n) => putBlob(first, largeOf(`lost ${n}`))));
  const named = await putBlob(first, largeOf("named"));
  const strange = await putBlob(first, largeOf("strange"));
  await first.change({
    ...nothing,
    attachments: [{ ...named, task: id(1), direction: "in", attempt: 0 }],
  });
  for (const { sha256 } of [named, strange]) await first.loseBlob(sha256);
  await first[Symbol.asyncDispose]();
  for (const { sha256 } of [...lost, small]) await rm(path(sha256));
  using db = new DatabaseSync(join(folder.path, "node.sqlite"));
  db.prepare("UPDATE blob SET deleting = 1, doomed_at = 1 WHERE sha256 = ?").run(deleted.sha256);
  db.close();
  await writeFile(join(folder.path, "blobs", strange.sha256.slice(0, 2), "no digest"), "");

  await using second = await openLogged();
  const all = [kept, deleted, small, ...lost, named, strange].map(({ sha256 }) => sha256);
  expect(await second.blobsOf(all)).toEqual(
    new Map([
      [kept.sha256, { size: smallBlob + 1, contracts: ["notes@1"] }],
      [small.sha256, { size: 5, contracts: ["notes@1"] }],
      [named.sha256, { size: smallBlob + 1, contracts: [] }],
    ]),
  );
  await expect.poll(() => readFile(path(small.sha256), "utf8").catch(String)).toBe("small");
  await expect(stat(path(deleted.sha256))).rejects.toThrow("ENOENT");
  expect((await second.blobs.read(strange.sha256)).toString()).toBe(largeOf("strange"));
  expect(logged).toEqual([
    ["error", expect.stringContaining("gone"), { blobs: expect.any(Array), count: 25 }],
    ["warn", expect.stringContaining("left where they are"), { blobs: [strange.sha256], count: 1 }],
  ]);
  expect(logged[0]).toHaveProperty("2.blobs.length", 20);
});

// guarantees: R9.texts
test("a text whose row was deleted is gone from its entry, its run and its answer, and all of these are as they were", async () => {
  await using folder = await temporaryFolder();
  const request = requestOf(payloadOf({ id: id(1) }));
  const accept = (store: Awaited<ReturnType<typeof open>>) => store.accept(request, withText(receiptOf("accepted", id(1)), "it waits"));
  const seen = async (store: Awaited<ReturnType<typeof open>>) => {
    const [entry] = await store.feed(0, 9);
    return { entry, evidence: await store.evidenceOf(run), replay: await accept(store) };
  };
  const before = await (async () => {
    await using store = await open(folder.path);
    await accept(store);
    return await seen(store);
  })();
  expect(eraseTexts(folder.path)).toEqual(["it waits"]);
  await using store = await open(folder.path);
  const { texts: _, ...entry } = before.entry ?? { texts: [] };
  const { texts: __, ...replay } = { texts: [], ...before.replay };
  expect(await seen(store)).toEqual({ entry, evidence: { ...before.evidence, texts: new Map() }, replay });
  expect(await store.append(eventOf("goes on"))).toBe(1);
});
