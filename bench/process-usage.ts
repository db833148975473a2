import { readdir, readFile } from "node:fs/promises";

/** Resident memory of a process now and at its highest, MiB. Source: proc(5). */
export async function memoryOf(pid: number | undefined): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { now: mib("VmRSS"), peak: mib("VmHWM") };
}

/** Processor time that a process has used so far, all its threads, milliseconds. Source: proc(5). */
export async function cpuOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // `user` and `system` are the 14th and 15th field, in 1/100 s, and those of children that were waited for the next two.
  const [user, system] = fieldsOf(stat).slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

/** The same of a process with its children, ended ones included, as a PostgreSQL server has them. */
export async function cpuOfFamily(pid: number | undefined): Promise<number> {
  const [user, system, ofEnded, systemOfEnded] = fieldsOf(await readFile(`/proc/${pid}/stat`, "utf8")).slice(11, 15);
  let sum = [user, system, ofEnded, systemOfEnded].reduce((total, ticks) => total + Number(ticks), 0) * 10;
  for (const other of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    // One that ends meanwhile is counted with its parent, the next time.
    const stat = await readFile(`/proc/${other}/stat`, "utf8").catch(() => undefined);
    const [, parent, ...rest] = stat === undefined ? [] : fieldsOf(stat);
    if (Number(parent) === pid) sum += (Number(rest[9]) + Number(rest[10])) * 10;
  }
  return sum;
}

/** Fields of a line of proc(5) `stat`, from the third on; the second, a name in brackets, may hold spaces. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
