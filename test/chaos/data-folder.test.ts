// Data folders that are damaged, read-only, older than they were, or there twice.
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, open, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Status } from "@tasuki/protocol";
import { openStore } from "@tasuki/store";
import { freePorts } from "@tasuki/bus/testing";
import { expect, test } from "vitest";
import { createChaosNode } from "./chaos-node.ts";
import { type ChaosRelay, isClosed, openChaosRelay, type RoleName, stageOf } from "./chaos-relay.ts";
import { stopAndCheck } from "./stop-and-check.ts";

const timeout = 120_000;

/** Copies a data folder without the sockets that a killed node leaves. */
const copyFolder = (from: string, to: string): Promise<void> =>
  cp(from, to, { recursive: true, filter: (path) => !path.endsWith(".sock") });

/** Copies a stopped node's folder to beside it. */
async function copyOf(relay: ChaosRelay, role: RoleName): Promise<string> {
  const copy = join(relay.data, randomUUID());
  await copyFolder(relay.folder(role), copy);
  return copy;
}

async function putInPlace(relay: ChaosRelay, role: RoleName, copy: string): Promise<void> {
  await rm(relay.folder(role), { recursive: true });
  await copyFolder(copy, relay.folder(role));
}

/** Empties a data folder, but for what the operator brings, as docs/failures.md has a person do. */
async function emptyFolder(relay: ChaosRelay, role: RoleName): Promise<void> {
  for (const name of await readdir(relay.folder(role)))
    if (!["config.jsonc", "trust", "keys", "identity"].includes(name)) await rm(join(relay.folder(role), name), { recursive: true });
}

async function stop(relay: ChaosRelay, role: RoleName): Promise<void> {
  relay.node(role).kill("SIGTERM");
  await relay.node(role).ended();
}

const logOf = (relay: ChaosRelay, role: RoleName): Promise<string> => readFile(join(relay.folder(role), "logs/node.jsonl"), "utf8");

// guarantees: R1.disk-fails, R10.replaced
test.concurrent(
  "a role whose database is damaged says so and ends; with an empty folder in its place its run closes",
  { timeout },
  async ({ expect }) => {
    await using relay = await openChaosRelay({ env: { sg: { CHAOS_WORK_MS: "30000" } } });
    await relay.startAll();
    const brief = "# Is it whole?\n";
    const { run } = await relay.run(brief);
    await relay.until(run, (status) => stageOf(status, "sg")?.rung === "started");
    relay.node("sg").kill("SIGKILL");
    await relay.node("sg").ended();
    const path = join(relay.folder("sg"), "node.sqlite");
    const root = rootOf(path, "outbox");
    await using file = await open(path, "r+");
    await file.write(Buffer.alloc(4_096, 0xa5), 0, 4_096, (root - 1) * 4_096);
    // It is found at the start or with the first work; until then the node goes on.
    if (await relay.node("sg").start({ CHAOS_WORK_MS: "5" })) await relay.node("sg").ended();
    expect(relay.node("sg").last()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/node\.sqlite is damaged .*: check the disk, then/),
    });
    await emptyFolder(relay, "sg");
    await relay.node("sg").start({ CHAOS_WORK_MS: "5" });
    await relay.until(run, isClosed);
    expect((await relay.status(run)).stages.map(({ rung }) => rung)).toEqual(["verified", "verified", "verified"]);
  },
);

function rootOf(path: string, table: string): number {
  using db = new DatabaseSync(path);
  // Pages in the log come into the file, where each has its place.
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table)?.["rootpage"]);
}

interface Ext4 extends AsyncDisposable {
  /** Cuts its power: the node is killed, and what was written and is not on the disk yet is gone. */
  cutPower(): Promise<void>;
  /** Puts on the disk what was written. */
  sync(): void;
  /** Has it find an error, at which it becomes read-only as it would by itself. */
  fail(): Promise<void>;
  /** Mounts it anew, for a stopped node. */
  mend(): void;
}

/** Puts a role's data folder on an ext4 file system of its own, in a file. */
async function ownExt4(relay: ChaosRelay, role: RoleName, options = "errors=remount-ro"): Promise<Ext4> {
  const folder = relay.folder(role);
  const image = join(relay.data, "ext4");
  await rename(folder, `${folder}.before`);
  await mkdir(folder);
  await writeFile(image, "");
  await truncate(image, 32 * 1024 * 1024);
  execFileSync("mkfs.ext4", ["-q", image]);
  const mount = (): void => void execFileSync("mount", ["-o", `loop,${options}`, image, folder]);
  mount();
  await cp(`${folder}.before`, folder, { recursive: true });
  const sync = (): void => void execFileSync("sync", ["--file-system", folder]);
  sync();
  return {
    sync,
    async cutPower() {
      await cp(image, `${image}.left`);
      relay.node(role).kill("SIGKILL");
      await relay.node(role).ended();
      execFileSync("umount", [folder]);
      await rename(`${image}.left`, image);
      mount();
    },
    async fail() {
      const device = basename(execFileSync("findmnt", ["--noheadings", "--output", "SOURCE", folder]).toString().trim());
      await writeFile(`/sys/fs/ext4/${device}/trigger_fs_error`, "the test");
    },
    mend() {
      execFileSync("umount", [folder]);
      // Its code is 1 where it has mended something.
      spawnSync("e2fsck", ["-f", "-y", image]);
      mount();
    },
    async [Symbol.asyncDispose]() {
      relay.node(role).kill("SIGKILL");
      await relay.node(role).ended();
      execFileSync("umount", ["--lazy", folder]);
    },
  };
}

/** Ext4 is the one that can be told to fail. A bind mount can't be made read-only under a node: files in it are open. */
const canFail = process.getuid?.() === 0 && existsSync("/sys/fs/ext4/features") && existsSync("/dev/loop-control");

// guarantees: R1.disk-fails
test.skipIf(!canFail).each(["sg", "main"] as const)(
  "%s ends when its disk becomes read-only under it, does not start on it, and goes on once it is writable (skipped where no ext4 can be mounted)",
  { timeout },
  async (role) => {
    await using relay = await openChaosRelay({ limits: { minFreeBytes: 0 } });
    await using disk = await ownExt4(relay, role);
    await relay.startAll();
    const first = "# Is it writable?\n";
    const runs = new Map([[(await relay.run(first)).run, first]]);
    for (const run of runs.keys()) await relay.until(run, isClosed);
    await disk.fail();
    const second = "# And now?\n";
    const asked = relay.run(second);
    await relay.node(role).ended();
    const told = { code: 1, stderr: expect.stringMatching(/can't be (read or )?written.*: check the disk/) };
    expect(relay.node(role).last()).toMatchObject(told);
    expect(await relay.node(role).start()).toBe(false);
    expect(relay.node(role).last()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the data folder .* can't be written \(EROFS.*\): check the disk/),
    });
    disk.mend();
    expect(await relay.node(role).start(), relay.node(role).last().stderr).toBe(true);
    const { run } = await asked;
    runs.set(run, second);
    await relay.until(run, isClosed);
    expect(await stopAndCheck(relay, runs)).toEqual([]);
  },
);

const canTrace = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;

// guarantees: R9.shorter
test.skipIf(!canFail || !canTrace)(
  "a role whose disk says that it has kept what it has not is found out after a loss of power; an empty folder mends it (skipped where no ext4 can be mounted, or there is no strace)",
  { timeout },
  async () => {
    await using relay = await openChaosRelay({ limits: { minFreeBytes: 0 } });
    // The kernel writes nothing by itself for so long; fsync does nothing, and says that it did.
    await using disk = await ownExt4(relay, "sg", "commit=600");
    await relay.startAll();
    await stop(relay, "sg");
    const lies = "strace -f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:retval=0";
    await relay.node("sg").start({ CHAOS_PREFIX: lies });
    const close = async (brief: string): Promise<void> => {
      const { run } = await relay.run(brief);
      await relay.until(run, isClosed);
    };
    await close("# Is it on the disk?\n");
    disk.sync();
    await close("# Is it?\n");
    const { entries: [, ...later] = [] } = Status.parse((await relay.call("sg", "/status?from=0&limit=1000")).body);
    await disk.cutPower();
    await relay.node("sg").start();
    const { entries: left = [] } = Status.parse((await relay.call("sg", "/status?from=0&limit=1000")).body);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(later.length);
    await expect
      .poll(() => logOf(relay, "main"), { timeout: 30_000 })
      .toMatch(/the feed of sg has \d+ entries, and main holds \d+: its data folder is an older copy/);
    await stop(relay, "sg");
    await emptyFolder(relay, "sg");
    await relay.node("sg").start();
    await close("# And now?\n");
  },
);

// guarantees: R9.shorter
test.concurrent(
  "an older copy of a role's folder is named, also one that has outgrown what main holds; an empty folder mends it",
  { timeout },
  async ({ expect }) => {
    await using relay = await openChaosRelay();
    await relay.startAll();
    const runs = new Map<string, string>();
    const close = async (brief: string): Promise<void> => {
      const { run } = await relay.run(brief);
      runs.set(run, brief);
      await relay.until(run, isClosed);
    };
    await close("# One?\n");
    await stop(relay, "nano");
    const older = await copyOf(relay, "nano");
    await relay.node("nano").start();
    await close("# Two?\n");
    const newer = await stop(relay, "nano").then(() => copyOf(relay, "nano"));

    await putInPlace(relay, "nano", older);
    await relay.node("nano").start();
    await expect
      .poll(() => logOf(relay, "main"), { timeout: 30_000 })
      .toMatch(/the feed of nano has \d+ entries, and main holds \d+: its data folder is an older copy/);

    // It goes on by itself while main is away, until it has more entries than main holds.
    await stop(relay, "main");
    await stop(relay, "nano");
    await grow(relay.folder("nano"), 60);
    await relay.startAll();
    await expect
      .poll(() => logOf(relay, "main"), { timeout: 30_000 })
      .toMatch(
        /the feed of nano is not the one that main holds \(Entry \d+ of the feed is not the one that is held here\.\): its data folder is an older copy/,
      );

    // Its own folder is followed again without anything else being done.
    await stop(relay, "nano");
    const grown = await copyOf(relay, "nano");
    await putInPlace(relay, "nano", newer);
    await relay.node("nano").start();
    await close("# Three?\n");
    expect(await stopAndCheck(relay, runs)).toEqual([]);

    // Where that is lost, an empty folder mends it, also for what the older one has accepted meanwhile.
    await putInPlace(relay, "nano", grown);
    await relay.startAll();
    const { run } = await relay.run("# Four?\n");
    await relay.until(run, (status) => stageOf(status, "nano")?.condition === "unreachable");
    await stop(relay, "nano");
    await emptyFolder(relay, "nano");
    await relay.node("nano").start();
    await relay.until(run, isClosed);
  },
);

/** Goes on with a stopped node's folder by itself, as another machine would. */
async function grow(folder: string, events: number): Promise<void> {
  await using store = await openStore({ folder, node: "nano", clock: { now: () => Date.now() }, newId: randomUUID });
  for (let n = 0; n < events; n += 1) await store.append((index) => ({ leaf: JSON.stringify({ index, type: "went-on" }), envelopes: [] }));
}

// guarantees: R2.produced-once, R9.shorter
test.concurrent(
  "a data folder that two machines have at once completes nothing twice; then only the copy is there, and is found out",
  { timeout },
  async ({ expect }) => {
    await using relay = await openChaosRelay({ env: { nano: { CHAOS_WORK_MS: "1000" } } });
    await relay.startAll();
    const brief = "# Who is it?\n";
    const { run } = await relay.run(brief);
    const runs = new Map([[run, brief]]);
    await relay.until(run, (status) => stageOf(status, "nano")?.rung === "started");
    relay.node("nano").kill("SIGKILL");
    await relay.node("nano").ended();
    const data = await copyOf(relay, "nano");
    const config = JSON.parse(await readFile(join(data, "config.jsonc"), "utf8")) as { listen: { port: number } };
    const [port] = (await freePorts(["copy"])).values();
    await writeFile(join(data, "config.jsonc"), JSON.stringify({ ...config, listen: { port } }));
    const deps = { role: "nano", data, policy: join(relay.data, "policy.hujson"), cache: join(relay.data, "compile-cache") };
    const copy = createChaosNode({ ...deps, env: { CHAOS_WORK_MS: "5" } });
    // The copy, which is the faster one, hands its result on first; main follows the other, to which its roster leads.
    await copy.start();
    await relay.node("nano").start();
    const { stages } = await relay.until(run, (seen) => stageOf(seen, "nano")?.block !== undefined);
    expect(stages.map(({ block }) => block?.reason)).toEqual([expect.stringContaining("stage_taken"), undefined, undefined]);
    expect(stageOf(await relay.status(run), "nano")?.block?.clearsWith).toBe(`tasuki retry ${run}`);
    copy.kill("SIGKILL");
    await copy.ended();
    expect(await stopAndCheck(relay, runs)).toEqual([]);

    await writeFile(join(data, "config.jsonc"), JSON.stringify(config));
    await putInPlace(relay, "nano", data);
    await relay.startAll();
    await expect
      .poll(() => logOf(relay, "main"), { timeout: 30_000 })
      .toMatch(/the feed of nano (has|is not) .*: its data folder is an older copy/);
  },
);
