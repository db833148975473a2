import { randomUUID } from "node:crypto";
import { copyFile, cp, mkdtemp, open, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { type FeedEntry, isTasukiError } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { type OpenStore, openStore } from "./open-store.ts";
import type { Store } from "./port/store.ts";
import { eventOf, id, largeOf, payloadOf, putBlob, receiptOf, requestOf, run, withText } from "./testing/fixtures.ts";

const openFolder = (folder: string, node?: string): Promise<OpenStore> =>
  openStore({ folder, ...(node !== undefined && { node }), clock: { now: () => 1_000 }, newId: randomUUID });
const databaseOf = (folder: string): string => join(folder, "node.sqlite");
const tasks = 60;

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "tasuki-damaged-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Store with tasks, receipts and texts; every commit is in its log, as when a process is killed. Resolves with the folder of a copy. */
async function killedStore(folder: string, says: string): Promise<string> {
  const copy = join(folder, `${says} killed`);
  await using store = await openFolder(join(folder, says), says);
  await putBlob(store, largeOf(says));
  for (let n = 0; n < tasks; n += 1) {
    const payload = payloadOf({ id: id(n), stage: `stage-${n}` });
    await store.accept(requestOf(payload, { queueLimit: 1_000 }), withText(receiptOf("accepted", payload.id), `${says} ${n}`));
  }
  await cp(join(folder, says), copy, { recursive: true });
  return copy;
}

/** Everything that a node asks of its store. */
const questions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  feed: (store) => store.feed(0, 10_000),
  feedSize: (store) => store.feedSize(),
  open: (store) => store.statusOf("open"),
  ofRun: (store) => store.statusOf({ run }),
  ofTask: (store) => store.statusOf({ task: id(7) }),
  evidence: (store) => store.evidenceOf(run),
  history: (store) => store.history({ limit: 10_000 }),
  grounds: (store) => store.grounds({ task: id(3), run, blobs: [] }),
  due: (store) => store.dueTasks(),
  outbox: (store) => store.dueOutbox(2_000),
  runs: (store) => store.runs(),
  peers: (store) => store.peers(),
  position: (store) => store.position("nano"),
};

// guarantees: R1.disk-fails
test("of a database with a damaged page nothing is read that was not written, and the first failure ends the store with what to do", async () => {
  await using folder = await temporaryFolder();
  const whole = await killedStore(folder.path, "whole");
  await (await openFolder(whole))[Symbol.asyncDispose]();
  // A freelist, as rows that were deleted leave it.
  using db = new DatabaseSync(databaseOf(whole));
  db.exec("CREATE TABLE gone (body TEXT); INSERT INTO gone VALUES (zeroblob(40000)); DROP TABLE gone");
  const { page_size: size, pages } = db
    .prepare("SELECT page_size, (SELECT page_count FROM pragma_page_count) AS pages FROM pragma_page_size")
    .get() as {
    page_size: number;
    pages: number;
  };
  expect(db.prepare("PRAGMA freelist_count").get()).toEqual({ freelist_count: expect.toSatisfy((count: number) => count > 5) });
  db.close();
  const right = new Map<string, unknown>();
  await using sound = await openFolder(whole);
  for (const [name, ask] of Object.entries(questions)) right.set(name, await ask(sound));
  await sound[Symbol.asyncDispose]();

  const ends = { "at the start": 0, later: 0, never: 0 };
  const faults: string[] = [];
  for (let page = 0; page < pages; page += 1) {
    const damaged = await copied(folder, whole);
    await using file = await open(databaseOf(damaged), "r+");
    await file.write(Buffer.alloc(size, 0xa5), 0, size, page * size);
    const { noticed, wrong } = await lookAt(damaged, right);
    ends[noticed] += 1;
    faults.push(...wrong.map((fault) => `page ${page}, noticed ${noticed}: ${fault}`));
  }
  console.log(`of ${pages} pages damage is noticed: ${JSON.stringify(ends)}`);
  expect(faults).toEqual([]);
  expect(ends["at the start"]).toBeGreaterThan(2);
  expect(ends.later).toBeGreaterThan(10);
}, 60_000);

/** Asks everything of a damaged folder's store, and writes; tells when damage is noticed, and what is not as it must be. */
async function lookAt(
  folder: string,
  right: ReadonlyMap<string, unknown>,
): Promise<{ noticed: "at the start" | "later" | "never"; wrong: string[] }> {
  const opening = await openFolder(folder).catch((error: unknown) => error as Error);
  if (opening instanceof Error) return { noticed: "at the start", wrong: isTold(opening) ? [] : [`it says '${opening.message}'`] };
  await using store = opening;
  const failure = store.failed.catch((error: unknown) => error as Error);
  const wrong: string[] = [];
  let noticed: "later" | "never" = "never";
  const all = { ...questions, write: (one: Store) => one.append(eventOf("x".repeat(20_000))) };
  for (const [name, ask] of Object.entries(all)) {
    const answer = await ask(store).catch((error: unknown) => error as Error);
    if (!(answer instanceof Error)) {
      if (noticed === "later") wrong.push(`'${name}' is answered after a failure`);
      if (right.has(name) && !isDeepStrictEqual(answer, right.get(name))) wrong.push(`'${name}' is answered wrong`);
      continue;
    }
    noticed = "later";
    if (!isTold(answer)) wrong.push(`'${name}' says '${answer.message}'`);
  }
  if (noticed === "later" && !isTold(await failure)) wrong.push("the store does not fail as it should");
  return { noticed, wrong };
}

const isTold = ({ message }: Error): boolean =>
  /node\.sqlite is damaged \(.*\): check the disk, then give main its backup back, or a role an empty/.test(message);

// guarantees: R10.reopen
test("a log that is cut off anywhere, torn, or without its index gives a beginning of what was committed, or nothing, and then says so", async () => {
  await using folder = await temporaryFolder();
  const whole = await killedStore(folder.path, "whole");
  const log = `${databaseOf(whole)}-wal`;
  const { size } = await stat(log);
  expect(size).toBeGreaterThan(tasks * 4_096);
  await using sound = await openFolder(await copied(folder, whole));
  const feed = await sound.feed(0, 10_000);
  await sound[Symbol.asyncDispose]();
  const sizes: number[] = [];
  // The frame of a page has 4,120 bytes, after a header of 32 (sqlite.org/fileformat2.html#walformat).
  const cuts = [
    0,
    16,
    32,
    32 + 4_120 * 3,
    32 + 4_120 * 3 + 100,
    ...[0.3, 0.5, 0.8].map((part) => Math.floor(size * part)),
    size - 4_120,
    size - 1,
    size,
  ];
  for (const cut of cuts) {
    const damaged = await copied(folder, whole);
    await truncate(`${databaseOf(damaged)}-wal`, cut);
    await rm(`${databaseOf(damaged)}-shm`, { force: true });
    const kept = await feedOf(damaged);
    expect(kept).toEqual(feed.slice(0, kept.length));
    sizes.push(kept.length);
  }
  expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
  expect(sizes.at(-1)).toBe(tasks);
  const torn = await copied(folder, whole);
  await using file = await open(`${databaseOf(torn)}-wal`, "r+");
  await file.write(Buffer.alloc(2_000, 0xa5), 0, 2_000, size - 2_000);
  await using store = await openFolder(torn);
  expect(await store.feed(0, 10_000)).toEqual(feed.slice(0, tasks - 1));
}, 60_000);

test("a database of another node, or one with the log of another node's, is refused", async () => {
  await using folder = await temporaryFolder();
  const [nano, sg] = [await killedStore(folder.path, "nano"), await killedStore(folder.path, "sg")];
  await expect(openFolder(nano, "sg")).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringContaining("is of node 'nano'"),
  });
  await copyFile(`${databaseOf(sg)}-wal`, `${databaseOf(nano)}-wal`);
  await expect(openFolder(nano, "nano")).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringContaining("is of node 'sg'"),
  });
  await using store = await openFolder(sg, "sg");
  expect(await store.feedSize()).toBe(tasks);
});

test.each(["missing", "empty"])("a folder whose database is %s, and that has files, does not begin anew", async (state) => {
  await using folder = await temporaryFolder();
  const path = await killedStore(folder.path, "nano");
  await rm(`${databaseOf(path)}-wal`);
  if (state === "empty") await truncate(databaseOf(path));
  else await rm(databaseOf(path));
  // The second start is refused as the first was.
  for (const _ of [1, 2])
    await expect(openFolder(path)).rejects.toMatchObject({ code: "invalid_state", message: expect.stringContaining("missing or empty") });
});

/** Feed of a folder; nothing where the store says that its database is gone. */
async function feedOf(folder: string): Promise<readonly FeedEntry[]> {
  try {
    await using store = await openFolder(folder);
    return await store.feed(0, 10_000);
  } catch (error) {
    if (isTasukiError(error) && error.message.includes("missing or empty")) return [];
    throw error;
  }
}

async function copied(folder: { readonly path: string }, whole: string): Promise<string> {
  const copy = join(folder.path, randomUUID());
  await cp(whole, copy, { recursive: true });
  return copy;
}
