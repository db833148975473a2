import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openStore } from "./open-store.ts";
import { eventOf } from "./testing/fixtures.ts";

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
  expect(acknowledged.filter((id) => store.task(id) === undefined)).toEqual([]);
  // The leases of the dead boot ended, its attempts count, and its half upload was removed.
  expect(store.queue().running).toBe(0);
  expect(store.tasks().filter(({ attempt }) => attempt === 1).length).toBeGreaterThan(0);
  expect(await readdir(join(folder.path, "blobs", "unfinished"))).toEqual([]);
  const indexes = store.feed(0, 1_000_000).map(({ index }) => index);
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
  expect([second.feedSize(), second.instance]).toEqual([1, first.instance]);
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
