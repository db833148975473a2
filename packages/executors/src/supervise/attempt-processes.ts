import { readdir, readFile } from "node:fs/promises";
import { findAttemptCgroups } from "./attempt-cgroup.ts";

/** Environment variable of every child and its descendants, by which strays are found. */
export const attemptVariable = "TASUKI_ATTEMPT";

// Rounds of a sweep: a process that forks while it is being killed can show up once more, and five rounds ended every case seen.
const rounds = 5;

/**
 * Kills every process of this attempt, and resolves with how many there were: those in its cgroup, and those whose environment names it, which are
 * found also where there are no cgroups. A process that left the process group (setsid) is found either way; one that was started with a cleared
 * environment by its cgroup alone. Where there is no `/proc` (macOS) none is found.
 */
export async function sweepAttempt(attemptId: string): Promise<number> {
  const cgroups = await findAttemptCgroups();
  const killed = new Set(await cgroups?.processesOf(attemptId));
  await cgroups?.end(attemptId);
  for (let round = 0; round < rounds; round += 1) {
    const found = await processesOf(attemptId);
    for (const pid of found) if (kill(pid, "SIGKILL")) killed.add(pid);
    if (found.length === 0) break;
  }
  return killed.size;
}

/** Sentence for the node's log where this machine has no means to end whatever an attempt starts; undefined where it has. */
export async function describeEscape(find = findAttemptCgroups): Promise<string | undefined> {
  if ((await find()) !== undefined) return undefined;
  return "a process that an attempt starts in a session of its own, with its environment cleared, outlives the attempt: this node may make no cgroup (v2, Linux 5.14) of its own; see docs/security.md";
}

/** Process ids whose environment has `TASUKI_ATTEMPT=<attemptId>`. Source: proc(5), /proc/pid/environ. */
export async function processesOf(attemptId: string): Promise<readonly number[]> {
  const names = await readdir("/proc").catch(() => []);
  const wanted = `${attemptVariable}=${attemptId}`;
  const found: number[] = [];
  for (const name of names) {
    if (!/^[0-9]+$/.test(name) || Number(name) === process.pid) continue;
    // The environment can't be read of another user's process, or of one that has ended.
    const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    if (environment.split("\0").includes(wanted)) found.push(Number(name));
  }
  return found;
}

/** Signals a process, or a whole group where `pid` is negative. False where there was nothing to signal. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
