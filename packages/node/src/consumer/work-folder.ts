import { chmod, lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isTasukiError, hasErrorCode, type Logger } from "@tasuki/protocol";
import { type Claimed, entriesIn, isOwnFolder, makeOwnFolder, removeFolder, type Store } from "@tasuki/store";
import type { Quarantine } from "./quarantine.ts";

export interface WorkFolderDeps {
  readonly store: Pick<Store, "blobs" | "loseBlob" | "task">;
  /** Data folder of the node. */
  readonly data: string;
}

const checkPrefix = "verify-";
// Folders that one sweep looks at: the next start goes on. Whoever runs as this node's user can make any number of them.
const tasksAtMost = 10_000;
const attemptsAtMost = 256;

interface CheckFolder {
  readonly folder: string;
  /** Id that the processes of the check carry. */
  readonly attemptId: string;
}

/** Does one of main's own checks in a new folder with an empty `in/`, which is gone afterwards. The folder names the boot, so that no sweep takes it away. */
export async function inCheckFolder<Result>(
  { store, data, newId }: { readonly store: Pick<Store, "boot">; readonly data: string; readonly newId: () => string },
  check: (place: CheckFolder) => Promise<Result>,
): Promise<Result> {
  const attemptId = `${store.boot}.${newId()}`;
  const folder = join(data, "work", `${checkPrefix}${attemptId}`);
  await makeOwnFolder(data, join(folder, "in"));
  try {
    return await check({ folder, attemptId });
  } finally {
    await removeFolder(folder);
  }
}

/** Id of an attempt, which its processes carry. */
export function attemptIdOf({ task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return `${task}.${attempt}`;
}

function folderOf(data: string, { task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return join(data, "work", task, String(attempt));
}

/** Makes the work folder of an attempt afresh, `work/<task>/<attempt>/{in,out}`, with copies of the inputs that nobody may write to. Resolves with its path. */
export async function makeWorkFolder({ store, data }: WorkFolderDeps, claimed: Claimed): Promise<string> {
  const folder = folderOf(data, claimed);
  await makeOwnFolder(data, dirname(folder));
  await removeFolder(folder);
  await makeOwnFolder(data, join(folder, "in"));
  await makeOwnFolder(data, join(folder, "out"));
  for (const { name, sha256 } of claimed.inputs) {
    const path = join(folder, "in", name);
    await store.blobs.copyTo(sha256, path).catch(async (error: unknown) => {
      // The sender still has these bytes: they are asked for when the task is sent again.
      if (isTasukiError(error) && error.code === "digest_mismatch") await store.blobs.moveChanged(sha256);
      if (isTasukiError(error) && (error.code === "digest_mismatch" || error.code === "not_found")) await store.loseBlob(sha256);
      throw error;
    });
    await chmod(path, 0o400);
  }
  return folder;
}

/** Folder that an attempt writes its outputs to. */
export function outOf(data: string, attempt: { readonly task: string; readonly attempt: number }): string {
  return join(folderOf(data, attempt), "out");
}

/** Removes the work folder of one attempt. */
export async function removeWorkFolder(data: string, attempt: { readonly task: string; readonly attempt: number }): Promise<void> {
  await remove(data, folderOf(data, attempt));
}

/** Removes the work folders of all attempts of a task: its result is in the store. */
export async function removeWorkFolders(data: string, task: string): Promise<void> {
  await remove(data, join(data, "work", task));
}

interface SweepDeps extends WorkFolderDeps {
  readonly store: WorkFolderDeps["store"] & Pick<Store, "boot">;
  readonly quarantine: Pick<Quarantine, "take">;
  readonly logger: Logger;
}

/**
 * Sweeps what an earlier boot left: ends all of its stray processes first, and then removes the work folders of tasks that have ended. Folders of
 * tasks that still wait or are blocked stay, to be looked at; so does what can't be removed, which is logged. Resolves with the number of processes.
 */
export async function sweepWork(
  { store, data, quarantine, logger }: SweepDeps,
  sweep: (attemptId: string) => Promise<number>,
): Promise<number> {
  const root = join(data, "work");
  let strays = 0;
  const left: { readonly task: string; readonly attempts: readonly string[] }[] = [];
  for (const task of await namesIn(root, tasksAtMost)) {
    if (task.startsWith(`${checkPrefix}${store.boot}.`)) continue;
    // Main's own checks have a folder and an attempt id, but no task.
    const attempts = task.startsWith(checkPrefix) ? [] : await attemptsIn(join(root, task)).catch(leave(task));
    left.push({ task, attempts: attempts ?? [] });
    const ids = task.startsWith(checkPrefix) ? [task.slice(checkPrefix.length)] : attempts?.map((attempt) => `${task}.${attempt}`);
    for (const id of ids ?? []) strays += await sweep(id);
  }
  for (const { task, attempts } of left) await clear(task, attempts).catch(leave(task));
  return strays;

  function leave(task: string): (error: unknown) => void {
    return (error) =>
      logger.warn({ task, err: error }, "a work folder of an earlier boot can't be removed, and is left; the others are not");
  }

  async function clear(task: string, attempts: readonly string[]): Promise<void> {
    const row = await store.task(task);
    // Attempts that had ended before the task was taken away have left what they were refused for, and nothing that came late.
    if (row?.state === "fenced" && row.boot !== undefined)
      for (const attempt of attempts.filter((one) => Number(one) === row.attempt))
        await quarantine.take(row, { attempt: row.attempt, out: join(root, task, attempt, "out") });
    if (row?.state !== "queued" && row?.state !== "running" && row?.state !== "blocked") await removeWorkFolders(data, task);
  }
}

/** Names of the attempts in a task's folder, whose owner opens what a program may have closed to it. */
async function attemptsIn(folder: string): Promise<string[]> {
  await chmod(folder, 0o700);
  const names = await namesIn(folder, attemptsAtMost);
  for (const name of names) await chmod(join(folder, name), 0o700);
  return names;
}

/** Removes a folder; of a link in its place only the link itself, and nothing behind one. */
async function remove(data: string, folder: string): Promise<void> {
  if (await isOwnFolder(data, dirname(folder))) await removeFolder(folder);
}

/** Names of the folders in a folder, links not followed, and at most so many of them; none where it isn't there. */
export async function namesIn(folder: string, most: number): Promise<string[]> {
  const names: string[] = [];
  const found = await lstat(folder).catch((error: unknown) => {
    if (!hasErrorCode(error, "ENOENT", "ENOTDIR")) throw error;
  });
  if (found?.isDirectory() !== true) return names;
  for await (const entry of entriesIn(folder)) {
    if (entry.isDirectory()) names.push(entry.name);
    if (names.length === most) break;
  }
  return names;
}
