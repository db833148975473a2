import { readdir, readFile } from "node:fs/promises";
import { findAttemptCgroups } from "./attempt-cgroup.ts";

/** Environment variable of a command and its descendants, by which strays are found. */
export const attemptVariable = "TASUKI_ATTEMPT";
/** Environment variable of a prepared child, which does not know yet what it will do: `<node>.<boot>.<id>`. */
export const childVariable = "TASUKI_CHILD";

/** Mark that a process and its descendants carry: a variable of their environment, which is the name of their cgroup, too. */
export interface Mark {
  readonly variable: typeof attemptVariable | typeof childVariable;
  readonly id: string;
}

/** One life of a node, as the children carry it that it prepares. Both parts are free of dots. */
export interface Boot {
  /** Identifies the node's data folder, which has one process. */
  readonly node: string;
  /** Identifies the life of the node's process. */
  readonly boot: string;
}

// Age of a cgroup by which the process that it was made for has come, milliseconds: it is started at once.
const newMs = 60_000;
// Rounds of a sweep: a process that forks while it is being killed can show up once more, and five rounds ended every case seen.
const rounds = 5;

/**
 * Ends the processes of this attempt that an earlier boot has left, and resolves with how many there were: those in its cgroup, and those whose
 * environment names it, which are found also where there are no cgroups, or where that boot had another.
 */
export async function sweepAttempt(attemptId: string): Promise<number> {
  return (await endCgroup(attemptId)) + (await killAll((value) => value === `${attemptVariable}=${attemptId}`));
}

/** Ends the children that earlier boots of a node have prepared, and what those have started. Resolves with how many there were. */
export async function sweepBoots({ node, boot }: Boot): Promise<number> {
  const cgroups = await findAttemptCgroups();
  let ended = 0;
  for (const id of (await cgroups?.ids(`${node}.`)) ?? []) if (!id.startsWith(`${node}.${boot}.`)) ended += await endCgroup(id);
  await cgroups?.removeEmpty(newMs).catch(() => undefined);
  const [all, own] = [`${childVariable}=${node}.`, `${childVariable}=${node}.${boot}.`];
  return ended + (await killAll((value) => value.startsWith(all) && !value.startsWith(own)));
}

/**
 * Ends what a process has left behind, and resolves with how many processes there were. Where there are cgroups that is all of its cgroup; elsewhere
 * those whose environment has its mark, for which every process of the machine is looked at. A process that left the process group (setsid) is found either
 * way; one that was started with a cleared environment by its cgroup alone. Where there is no `/proc` (macOS) none is found.
 */
export async function endStrays({ variable, id }: Mark): Promise<number> {
  if ((await findAttemptCgroups()) !== undefined) return endCgroup(id);
  return killAll((value) => value === `${variable}=${id}`);
}

async function endCgroup(id: string): Promise<number> {
  const cgroups = await findAttemptCgroups();
  const found = await cgroups?.processesOf(id);
  await cgroups?.end(id);
  return found?.length ?? 0;
}

/** Kills the processes that have a wanted variable in their environment. */
async function killAll(isWanted: (variable: string) => boolean): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < rounds; round += 1) {
    const found = await processesWith(isWanted);
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
export function processesOf(attemptId: string): Promise<readonly number[]> {
  return processesWith((value) => value === `${attemptVariable}=${attemptId}`);
}

async function processesWith(isWanted: (variable: string) => boolean): Promise<readonly number[]> {
  const names = await readdir("/proc").catch(() => []);
  const found: number[] = [];
  for (const name of names) {
    if (!/^[0-9]+$/.test(name) || Number(name) === process.pid) continue;
    // The environment can't be read of another user's process, or of one that has ended.
    const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    if (environment.split("\0").some(isWanted)) found.push(Number(name));
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
