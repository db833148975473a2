import { readdir, readFile } from "node:fs/promises";

/** Environment variable of every child and its descendants, by which strays are found. */
export const attemptVariable = "TASUKI_ATTEMPT";

// Rounds of a sweep: a process that forks while it is being killed can show up once more, and five rounds ended every case seen.
const rounds = 5;

/**
 * Kills every process whose environment names this attempt, and resolves with how many there were. Processes that left the process group
 * (setsid) are found, too; one that was started with a cleared environment is not. Where there is no `/proc` (macOS) none is found.
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
