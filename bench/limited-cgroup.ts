import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A cgroup with less than the machine has. Disposing removes it, once its processes have ended. */
export interface LimitedCgroup extends AsyncDisposable {
  /** Command line of a program in the cgroup. */
  enclose(argv: readonly string[]): readonly string[];
  /** The most memory that was used, page cache included, MiB, and processes that were killed for want of it. */
  usage(): Promise<{ readonly peakMiB: number; readonly killed: number }>;
}

interface Limits {
  readonly processors: number;
  readonly memoryMiB: number;
}

const mount = "/sys/fs/cgroup";
const periodUs = 100_000;
// Files of the kernel's are written, and none are made: what is mounted here may be anything.
const only = { flag: "r+" };

/** Opens a cgroup of version 2, or, where the controllers are still bound to version 1, one in each of their trees. Resolves with a reason where neither can be made. */
export async function openLimitedCgroup(limits: Limits): Promise<LimitedCgroup | string> {
  const reasons: string[] = [];
  for (const open of [openV2, openV1])
    try {
      return await open(`tasuki-bench-${process.pid}`, limits);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  return reasons.join("; ");
}

/** Source: Documentation/admin-guide/cgroup-v2.rst. */
async function openV2(name: string, { processors, memoryMiB }: Limits): Promise<LimitedCgroup> {
  await writeFile(join(mount, "cgroup.subtree_control"), "+cpu +memory", only);
  const cgroup = join(mount, name);
  return open([cgroup], {
    limits: [
      [cgroup, "cpu.max", `${processors * periodUs} ${periodUs}`],
      [cgroup, "memory.max", String(memoryMiB * 2 ** 20)],
    ],
    peak: join(cgroup, "memory.peak"),
    kills: join(cgroup, "memory.events"),
  });
}

/** Source: Documentation/admin-guide/cgroup-v1/memory.rst, Documentation/scheduler/sched-bwc.rst. */
async function openV1(name: string, { processors, memoryMiB }: Limits): Promise<LimitedCgroup> {
  const [cpu, memory] = [join(mount, "cpu", name), join(mount, "memory", name)];
  return open([cpu, memory], {
    limits: [
      [cpu, "cpu.cfs_period_us", String(periodUs)],
      [cpu, "cpu.cfs_quota_us", String(processors * periodUs)],
      [memory, "memory.limit_in_bytes", String(memoryMiB * 2 ** 20)],
    ],
    peak: join(memory, "memory.max_usage_in_bytes"),
    kills: join(memory, "memory.oom_control"),
  });
}

interface Files {
  readonly limits: readonly (readonly [folder: string, file: string, value: string])[];
  readonly peak: string;
  readonly kills: string;
}

async function open(cgroups: readonly string[], { limits, peak, kills }: Files): Promise<LimitedCgroup> {
  await using made = new AsyncDisposableStack();
  for (const cgroup of cgroups) {
    await mkdir(cgroup);
    made.defer(() => remove(cgroup));
  }
  for (const [folder, file, value] of limits) await writeFile(join(folder, file), value, only);
  const kept = made.move();
  return {
    enclose: (argv) => [
      "/bin/sh",
      "-c",
      `${cgroups.map((cgroup) => `echo $$ > ${cgroup}/cgroup.procs`).join(" && ")} && exec "$@"`,
      "sh",
      ...argv,
    ],
    async usage() {
      const killed = /^oom_kill (\d+)$/m.exec(await readFile(kills, "utf8"))?.[1];
      return { peakMiB: Number(await readFile(peak, "utf8")) / 2 ** 20, killed: Number(killed ?? 0) };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function remove(cgroup: string): Promise<void> {
  for (let step = 0; step < 100; step += 1) {
    const gone = await rmdir(cgroup).then(
      () => true,
      () => false,
    );
    if (gone) return;
    await delay(50);
  }
}
