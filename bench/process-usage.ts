import { readdir, readFile } from "node:fs/promises";

/**
 * Resident memory of a process now and at its highest, MiB; and `own`, its part of now that is no file's: programs of one file share the pages of that.
 * Source: proc(5).
 */
export async function memoryOf(pid: number | undefined): Promise<{ readonly now: number; readonly peak: number; readonly own: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { now: mib("VmRSS"), peak: mib("VmHWM"), own: mib("RssAnon") };
}

/** Processor time that a process has used so far, all its threads, milliseconds. */
export async function cpuOf(pid: number | undefined): Promise<number> {
  const { user, system } = await statOf(pid);
  return (user + system) * 10;
}

/** Processor time that a process and those that it has started have used so far, milliseconds. */
export async function cpuOfAll(pid: number | undefined): Promise<number> {
  const { user, system, userOfEnded, systemOfEnded } = await statOf(pid);
  const ofChildren = await Promise.all((await childrenOf(pid)).map((child) => cpuOfAll(child).catch(() => 0)));
  return ofChildren.reduce((sum, each) => sum + each, (user + system + userOfEnded + systemOfEnded) * 10);
}

/** Ids of the processes that a process has started, and that still run. */
export async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const names = (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name));
  const parents = await Promise.all(
    names.map(async (name) => [Number(name), (await statOf(Number(name)).catch(() => undefined))?.parent] as const),
  );
  return parents.flatMap(([child, parent]) => (parent === pid ? [child] : []));
}

/** Fields of /proc/pid/stat, times in 1/100 s. Source: proc(5); the second field, a name in brackets, may hold spaces. */
async function statOf(pid: number | undefined) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [parent, user = 0, system = 0, userOfEnded = 0, systemOfEnded = 0] = [fields[1], ...fields.slice(11, 15)];
  return { parent, user, system, userOfEnded, systemOfEnded };
}
