import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isTasukiError } from "@tasuki/contracts";
import { type Claimed, isOwnFolder, makeOwnFolder, type Store } from "@tasuki/store";
import type { Quarantine } from "./quarantine.ts";

export interface WorkFolderDeps {
  readonly store: Pick<Store, "blobs" | "task">;
  /** The node's data folder. */
  readonly data: string;
}

const checkPrefix = "verify-";

/** The folder of one of main's own checks, whose processes carry `attemptId`. */
export function checkFolder(data: string, attemptId: string): string {
  return join(data, "work", `${checkPrefix}${attemptId}`);
}

/** Names the processes of one attempt. */
export function attemptIdOf({ task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return `${task}.${attempt}`;
}

function folderOf(data: string, { task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return join(data, "work", task, String(attempt));
}

/** Makes `work/<task>/<attempt>/{in,out}` afresh, with copies of the inputs that nobody may write to. Resolves with its path. */
export async function makeWorkFolder({ store, data }: WorkFolderDeps, claimed: Claimed): Promise<string> {
  const folder = folderOf(data, claimed);
  await makeOwnFolder(data, dirname(folder));
  await rm(folder, { recursive: true, force: true });
  await makeOwnFolder(data, join(folder, "in"));
  await mkdir(join(folder, "out"));
  for (const { name, sha256 } of claimed.inputs) {
    const path = join(folder, "in", name);
    await store.blobs.copyTo(sha256, path).catch(async (error: unknown) => {
      // The sender has them still: they are asked for when the task is sent again.
      if (isTasukiError(error) && error.code === "digest_mismatch") await store.blobs.setAside(sha256);
      throw error;
    });
    await chmod(path, 0o444);
  }
  return folder;
}

/** Where an attempt writes. */
export function outOf(data: string, attempt: { readonly task: string; readonly attempt: number }): string {
  return join(folderOf(data, attempt), "out");
}

/** Removes the work folder of one attempt. */
export async function removeWorkFolder(data: string, attempt: { readonly task: string; readonly attempt: number }): Promise<void> {
  await remove(data, folderOf(data, attempt));
}

/** Removes the work folders of a task: what counts of them is in the store. */
export async function removeWorkFolders(data: string, task: string): Promise<void> {
  await remove(data, join(data, "work", task));
}

/**
 * What an earlier boot left: its stray processes are ended, and the folders of tasks that have ended are removed. Those of tasks
 * that still wait or are blocked stay, to be looked at. Resolves with the number of processes.
 */
export async function sweepWork(
  { store, data, quarantine }: WorkFolderDeps & { readonly quarantine: Pick<Quarantine, "take"> },
  sweep: (attemptId: string) => Promise<number>,
): Promise<number> {
  const root = join(data, "work");
  let strays = 0;
  for (const task of await namesIn(root)) {
    const row = store.task(task);
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

/** A link that is in the way is removed itself; nothing is removed behind one. */
async function remove(data: string, folder: string): Promise<void> {
  if (await isOwnFolder(data, dirname(folder))) await rm(folder, { recursive: true, force: true });
}

/** The folders in a folder, links not followed; none where it isn't there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    if (!(await lstat(folder)).isDirectory()) return [];
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}
