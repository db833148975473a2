import { execFileSync } from "node:child_process";
import { cpSync, renameSync } from "node:fs";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode, Status } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { type ChaosRelay, isClosed, openChaosRelay, type RoleName, stageOf } from "./chaos-relay.ts";
import { stopAndCheck } from "./stop-and-check.ts";

/** True where a command works here; the tests that need it say that they are skipped where it doesn't. */
function works(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}
const canMount = process.getuid?.() === 0 && works("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt");
const canTrace = works("strace", "-qq", "-o", "/dev/null", "true");

interface Disk extends AsyncDisposable {
  readonly bytes: number;
  /** Fills it up; resolves with the way to make room again. */
  fill(): Promise<() => Promise<void>>;
}

/** Puts a role's data folder on a disk of its own. */
async function ownDisk(relay: ChaosRelay, role: RoleName): Promise<Disk> {
  const mebibytes = 16;
  const [folder, before] = [relay.folder(role), `${relay.folder(role)}.before`];
  renameSync(folder, before);
  await mkdir(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder]);
  cpSync(before, folder, { recursive: true });
  return {
    bytes: mebibytes * 1024 * 1024,
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      const path = join(folder, "filler");
      // The node may write meanwhile: what is left is filled.
      await writeFile(path, Buffer.alloc(bavail * bsize)).catch((error: unknown) => {
        if (!hasErrorCode(error, "ENOSPC")) throw error;
      });
      return () => rm(path);
    },
    async [Symbol.asyncDispose]() {
      relay.node(role).kill("SIGKILL");
      await relay.node(role).ended();
      execFileSync("umount", ["--lazy", folder]);
    },
  };
}

const outboxOf = async (relay: ChaosRelay, role: RoleName, run: string): Promise<string> => {
  const { tasks } = Status.parse((await relay.call(role, `/status?run=${run}`)).body);
  return tasks.flatMap(({ outbox = [] }) => outbox.map(({ last = "" }) => last)).join();
};

// guarantees: R1.disk-full
test.skipIf(!canMount)(
  "a full disk refuses new work, and takes it once there is room (skipped where nothing can be mounted)",
  { timeout: 120_000 },
  async () => {
    await using relay = await openChaosRelay({ limits: { minFreeBytes: 0 } });
    await using disk = await ownDisk(relay, "sg");
    await relay.startAll();
    await relay.until((await relay.run("# Is there room?\n")).run, isClosed);
    const makeRoom = await disk.fill();
    const brief = "# And now?\n";
    const { run } = await relay.run(brief);
    await expect.poll(() => outboxOf(relay, "nano", run), { timeout: 20_000 }).toContain("disk_full");
    expect(stageOf(await relay.status(run), "sg")?.rung).toBe("dispatched");
    await makeRoom();
    expect((await relay.until(run, isClosed)).epoch).toBe(1);
    expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
  },
);

test.skipIf(!canMount)(
  "work that is done when the disk fills up is kept once there is room (skipped where nothing can be mounted)",
  { timeout: 120_000 },
  async () => {
    await using relay = await openChaosRelay({ limits: { minFreeBytes: 0 }, env: { sg: { CHAOS_WORK_MS: "1500" } } });
    await using disk = await ownDisk(relay, "sg");
    await relay.startAll();
    const brief = "# Does it keep?\n";
    const { run } = await relay.run(brief);
    await relay.until(run, (status) => stageOf(status, "sg")?.rung === "started");
    const makeRoom = await disk.fill();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(stageOf(await relay.status(run), "sg")?.rung).toBe("started");
    await makeRoom();
    await relay.until(run, isClosed);
    expect(await stopAndCheck(relay, new Map([[run, brief]]))).toEqual([]);
  },
);

// guarantees: R1.disk-full
test.skipIf(!canMount)(
  "below the floor of free disk a node takes nothing, and says so with 507 (skipped where nothing can be mounted)",
  { timeout: 120_000 },
  async () => {
    await using relay = await openChaosRelay({ limits: { minFreeBytes: 64 * 1024 * 1024 } });
    await using disk = await ownDisk(relay, "sg");
    await relay.startAll();
    const { run } = await relay.run("# Is there a floor?\n");
    expect(disk.bytes).toBeLessThan(64 * 1024 * 1024);
    await expect.poll(() => outboxOf(relay, "nano", run), { timeout: 20_000 }).toMatch(/disk_full.*MiB/);
    const { body } = await relay.call("sg", "/status");
    expect(body).toMatchObject({ tasks: [], size: 0 });
  },
);

// Number of the fsync from which on every one fails: in a node's start, in accepting, in working.
// guarantees: R1.disk-fails
test.skipIf(!canTrace).each([2, 9, 12, 16])(
  "a node whose fsyncs fail from number %i on ends, acknowledges nothing more, and recovers (skipped where there is no strace)",
  { timeout: 120_000 },
  async (nth) => {
    await using relay = await openChaosRelay();
    const inject = `strace -f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:error=EIO:when=${nth}+`;
    const sg = relay.node("sg");
    for (const role of ["main", "nano", "jp"] as const) await relay.node(role).start();
    const endings: ReturnType<typeof sg.last>[] = [];
    // The node can't even start, perhaps; then, as later, it is started again on a disk that is well.
    if (!(await sg.start({ CHAOS_PREFIX: inject }))) {
      endings.push(sg.last());
      await sg.start();
    }
    const runs = new Map<string, string>();
    // The number of fsyncs that a run takes depends on what shares a commit: until the disk has failed there is another run.
    do {
      const brief = `# Does it say so, ${runs.size + 1}?\n`;
      const { run } = await relay.run(brief);
      runs.set(run, brief);
      const closing = relay.until(run, isClosed, 90_000);
      await Promise.race([sg.ended(), closing]);
      if (!sg.isRunning()) {
        endings.push(sg.last());
        await sg.start();
      }
      await closing;
    } while (endings.length === 0);
    expect(endings.map(({ code }) => code)).toEqual([1]);
    expect(endings[0]?.stderr).toMatch(/can't be read or written|may not be on the disk/);
    expect(await stopAndCheck(relay, runs)).toEqual([]);
  },
);
