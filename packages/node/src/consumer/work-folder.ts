import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isTasukiError, hasErrorCode } from "@tasuki/protocol";
import { type Claimed, isOwnFolder, makeOwnFolder, type Store } from "@tasuki/store";
import type { Quarantine } from "./quarantine.ts";

export interface WorkFolderDeps {
  readonly store: Pick<Store, "blobs" | "loseBlob" | "task">;
  /** Data folder of the node. */
  readonly data: string;
}

const checkPrefix = "verify-";

interface CheckFolder {
  readonly folder: string;
  /** Id that the processes of the check carry. */
  readonly attemptId: string;
}

/** Does one of main's own checks in a new folder with an empty `in/`, which is gone afterwards. */
export async function inCheckFolder<Result>(
  { data, newId }: { readonly data: string; readonly newId: () => string },
  check: (place: CheckFolder) => Promise<Result>,
): Promise<Result> {
  const attemptId = newId();
  const folder = join(data, "work", `${checkPrefix}${attemptId}`);
  await makeOwnFolder(data, join(folder, "in"));
  try {
    return await check({ folder, attemptId });
  } finally {
    await rm(folder, { recursive: true, force: true });
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
  await rm(folder, { recursive: true, force: true });
  await makeOwnFolder(data, join(folder, "in"));
  await mkdir(join(folder, "out"));
  for (const { name, sha256 } of claimed.inputs) {
    const path = join(folder, "in", name);
    await store.blobs.copyTo(sha256, path).catch(async (error: unknown) => {
      // The sender still has these bytes: they are asked for when the task is sent again.
      if (isTasukiError(error) && error.code === "digest_mismatch") await store.blobs.moveChanged(sha256);
      if (isTasukiError(error) && (error.code === "digest_mismatch" || error.code === "not_found")) await store.loseBlob(sha256);
      throw error;
    });
    await chmod(path, 0o444);
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

/**
 * Sweeps what an earlier boot left: ends its stray processes, and removes the work folders of tasks that have ended. Folders of tasks that
 * still wait or are blocked stay, to be looked at. Resolves with the number of processes.
 */
export async function sweepWork(
  { store, data, quarantine }: WorkFolderDeps & { readonly quarantine: Pick<Quarantine, "take"> },
  sweep: (attemptId: string) => Promise<number>,
): Promise<number> {
  const root = join(data, "work");
  let strays = 0;
  for (const task of await namesIn(root)) {
    const row = await store.task(task);
    const state = row?.state;
    // Main's own checks have a folder and an attempt id, but no task.
    if (task.startsWith(checkPrefix)) strays += await sweep(task.slice(checkPrefix.length));
    else
      for (const attempt of await namesIn(join(root, task))) {
        strays += await sweep(`${task}.${attempt}`);
        if (row?.state === "fenced") await quarantine.take(row, { attempt: Number(attempt), out: join(root, task, attempt, "out") });
      }
    if (state !== "queued" && state !== "running" && state !== "blocked") await removeWorkFolders(data, task);
  }
  return strays;
}

/** Removes a folder; of a link in its place only the link itself, and nothing behind one. */
async function remove(data: string, folder: string): Promise<void> {
  if (await isOwnFolder(data, dirname(folder))) await rm(folder, { recursive: true, force: true });
}

/** Names of the folders in a folder, links not followed; none where it isn't there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    if (!(await lstat(folder)).isDirectory()) return [];
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
