import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { access, constants, mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hasErrorCode } from "@tasuki/protocol";

/**
 * Cgroups of attempts. A process can leave its session and its group, and clear its environment, but what it starts is in its cgroup, and the
 * kernel kills all of a cgroup at once (`cgroup.kill`). Source: Documentation/admin-guide/cgroup-v2.rst, Linux 5.14.
 */
export interface AttemptCgroups {
  /** Command line of `argv` in the cgroup of an attempt, which is made where it is missing. The process and its environment stay the same. */
  enclose(attemptId: string, command: { readonly argv: readonly string[]; readonly env: object }): Promise<readonly string[]>;
  /** Ids that begin with these letters, and have a cgroup. */
  ids(prefix: string): Promise<readonly string[]>;
  /** Ids of the processes in the cgroup of an attempt. */
  processesOf(attemptId: string): Promise<readonly number[]>;
  /** Kills the cgroup of an attempt, and removes it. Does nothing where there is none. */
  end(attemptId: string): Promise<void>;
  /** Removes cgroups, whoever made them, whose ids begin with these letters, that have no process and are older than this, milliseconds: who was killed has removed none of its own. */
  removeEmpty(olderThanMs: number, prefix?: string): Promise<void>;
}

const mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
// Variables that a shell sets by itself (bash sets `_` again as it starts the program).
const ofShells = ["_", "OLDPWD", "PWD", "SHLVL"];
// Beginning of the names of cgroups that are made here.
const own = "tasuki-";
// A process that the kernel kills is gone after milliseconds; one that waits for a disk, when that answers.
const emptyWithin = { steps: 100, stepMs: 10 };

let found: Promise<AttemptCgroups | undefined> | undefined;

/** Finds the cgroups of attempts, once: below this process's own, where it may make some. Undefined where the machine doesn't let it. */
export function findAttemptCgroups(): Promise<AttemptCgroups | undefined> {
  return (found ??= find());
}

async function find(): Promise<AttemptCgroups | undefined> {
  const path = /^0::(?<path>\/.*)$/m.exec(await readFile("/proc/self/cgroup", "utf8").catch(() => ""))?.groups?.["path"];
  if (path === undefined) return undefined;
  for (const mount of mounts) {
    const home = join(mount, path);
    const isHome = await canWrite(join(home, "cgroup.procs"));
    const cgroups = cgroupsBelow(home);
    if (isHome && (await works(cgroups))) return cgroups;
  }
  return undefined;
}

/** True where a process can be put into a cgroup here, and is killed with it: tried with one that does nothing. */
async function works(cgroups: AttemptCgroups): Promise<boolean> {
  const probe = `probe-${randomUUID()}`;
  try {
    const [file = "", ...args] = await cgroups.enclose(probe, { argv: ["/bin/sh", "-c", "echo here; exec sleep 60"], env: {} });
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"], timeout: 5_000 });
    const ended = once(child, "exit");
    await Promise.race([once(child.stdout, "data"), ended]);
    await cgroups.end(probe);
    return (await ended)[1] === "SIGKILL";
  } catch {
    return false;
  }
}

function cgroupsBelow(home: string): AttemptCgroups {
  const cgroupOf = (attemptId: string): string => join(home, `${own}${attemptId}`);
  return {
    async enclose(attemptId, { argv, env }) {
      const cgroup = cgroupOf(attemptId);
      await mkdir(cgroup).catch((error: unknown) => {
        if (!hasErrorCode(error, "EEXIST")) throw error;
      });
      const unset = ofShells.filter((name) => !Object.hasOwn(env, name)).join(" ");
      return ["/bin/sh", "-c", `echo $$ > "$0/cgroup.procs" || exit 126; unset ${unset}; exec "$@"`, cgroup, ...argv];
    },
    async ids(prefix) {
      const names = await readdir(home).catch(() => []);
      return names.filter((name) => name.startsWith(`${own}${prefix}`)).map((name) => name.slice(own.length));
    },
    async removeEmpty(olderThanMs, prefix = "") {
      // Times are the kernel's own: those of one that is made for it.
      const newest = cgroupOf(`sweep-${randomUUID()}`);
      await mkdir(newest);
      const { ctimeMs: now } = await stat(newest);
      await rmdir(newest);
      for (const id of await this.ids(prefix)) {
        const made = await stat(cgroupOf(id)).catch(() => undefined);
        const events = await readFile(join(cgroupOf(id), "cgroup.events"), "utf8").catch(() => "");
        if (made !== undefined && now - made.ctimeMs > olderThanMs && events.includes("populated 0")) await removeCgroup(cgroupOf(id));
      }
    },
    async processesOf(attemptId) {
      const text = await readFile(join(cgroupOf(attemptId), "cgroup.procs"), "utf8").catch(() => "");
      return text.split("\n").filter(Boolean).map(Number);
    },
    async end(attemptId) {
      const cgroup = cgroupOf(attemptId);
      if (!(await canWrite(cgroup))) return;
      await writeFile(join(cgroup, "cgroup.kill"), "1");
      for (let step = 0; step < emptyWithin.steps && !(await removeCgroup(cgroup)); step += 1) await delay(emptyWithin.stepMs);
    },
  };
}

function canWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Removes a cgroup with those that a program has made in it. Resolves with false while a process is in one of them. */
async function removeCgroup(cgroup: string): Promise<boolean> {
  const within = await readdir(cgroup, { withFileTypes: true }).catch(() => []);
  for (const entry of within) if (entry.isDirectory()) await removeCgroup(join(cgroup, entry.name));
  return rmdir(cgroup).then(
    () => true,
    () => false,
  );
}
