import { readdir, readFile } from "node:fs/promises";

/** Every child and its descendants carry this in their environment, which is how strays are found. */
export const attemptVariable = "TASUKI_ATTEMPT";

// A process that forks while it is being killed can show up once more; five rounds end every case seen.
const rounds = 5;

/**
 * Kills every process whose environment names this attempt, and resolves with how many there were. Finds what left the process group
 * (setsid); a process started with a cleared environment evades it. Where there is no `/proc` (macOS) it finds nothing.
 */
export async function sweepAttempt(attemptId: string): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < rounds; round += 1) {
    const found = await processesOf(attemptId);
    for (const pid of found) if (kill(pid, "SIGKILL")) killed.add(pid);
    if (found.length === 0) break;
  }
  return killed.size;
}

/** Process ids whose environment has `TASUKI_ATTEMPT=<attemptId>`. Source: proc(5), /proc/pid/environ. */
export async function processesOf(attemptId: string): Promise<readonly number[]> {
  const names = await readdir("/proc").catch(() => []);
  const wanted = `${attemptVariable}=${attemptId}`;
  const found: number[] = [];
  for (const name of names) {
    if (!/^[0-9]+$/.test(name) || Number(name) === process.pid) continue;
    // Unreadable: another user's process, or one that has ended.
    const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    if (environment.split("\0").includes(wanted)) found.push(Number(name));
  }
  return found;
}

/** Signals a process, or a whole group where `pid` is negative; whether there was anything to signal. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
