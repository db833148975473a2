import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger, ForeignFile } from "@tasuki/protocol";
import { type AttachmentRow, type DiskFloor, makeOwnFolder, removeFolder, type Store, type TaskFacts } from "@tasuki/store";
import { summaryName, writeArchive } from "./write-archive.ts";
import { placeBlob } from "./place.ts";
import { bundleOf, inputsOf, outputsOf } from "./run-files.ts";
import { createForeignFiles } from "./foreign-files.ts";

/** Projections: readable pictures of the store. Writing one again changes nothing; `rebuild` writes those that are missing. */
export interface Projections {
  /** Writes `inbox/<run>/<stage>.<epoch>/` and `artifacts/<run>/<stage>.<epoch>/` of a task, as far as it has got. */
  task(id: string): Promise<void>;
  /** Writes `archive/<run>/` of a run that this node has worked on. Rejects with `disk_full` below the disk's floor. */
  archive(run: string): Promise<void>;
  /** Removes the pictures of a run whose files were given up. */
  forget(run: string): Promise<void>;
  /** Writes what is missing of a task, the archive that it stands for included. */
  restore(id: string): Promise<void>;
  /** Writes everything that is missing. Resolves with the ids of tasks for which that failed, which is logged: they are to be restored later. */
  rebuild(): Promise<readonly string[]>;
  /** Finds foreign files, of one run or of all. At most 100; calls for all at one time share one look. */
  foreignFiles(run?: string): Promise<readonly ForeignFile[]>;
}

interface ProjectionsDeps {
  /** Data folder of the node. */
  readonly folder: string;
  readonly store: Store;
  readonly logger: Logger;
  readonly diskFloor: DiskFloor;
}

/** Number of tasks that are read at once: well under a millisecond's work. */
const pageSize = 64;

export function createProjections({ folder, store, logger, diskFloor }: ProjectionsDeps): Projections {
  const place = { folder, blobs: store.blobs, diskFloor };
  const findForeignFiles = createForeignFiles({ folder, store, logger });
  const archiving = new Map<string, Promise<void>>();
  let looking: Promise<readonly ForeignFile[]> | undefined;

  const placeAll = async (to: string, files: readonly AttachmentRow[], isStart: boolean): Promise<void> => {
    if (files.length === 0) return;
    // The folder is read once, instead of one link for each file: a history is long, and mostly nothing of it is missing.
    const there = new Set(await readdir(to).catch(() => []));
    // No fsync has kept the file of a small blob, nor any picture: a loss of power leaves it empty.
    if (isStart)
      for (const { name, size } of files)
        if (size > 0 && there.has(name) && (await sizeOf(join(to, name))) === 0) {
          await rm(join(to, name));
          there.delete(name);
        }
    const missing = files.filter(({ name }) => !there.has(name));
    if (missing.length > 0) await makeOwnFolder(folder, to);
    for (const { name, sha256 } of missing) await placeBlob(place, sha256, join(to, name));
  };
  const placeTask = async (task: TaskFacts, isStart = false): Promise<void> => {
    const { run, stage, epoch } = task.row.payload;
    await placeAll(join(folder, "inbox", run, `${stage}.${epoch}`), inputsOf(task), isStart);
    await placeAll(join(folder, "artifacts", run, `${stage}.${epoch}`), outputsOf(task), isStart);
  };
  const archive = (run: string): Promise<void> => {
    const writing = archiving.get(run) ?? writeArchive({ folder, store, diskFloor }, run).finally(() => archiving.delete(run));
    archiving.set(run, writing);
    return writing;
  };
  const rebuildTask = async (task: TaskFacts): Promise<void> => {
    const { kind, run } = task.row.payload;
    if (kind === "run" || kind === "work") await placeTask(task, true);
    if ((kind !== "run" && kind !== "close") || (await sizeOf(join(folder, "archive", run, summaryName))) > 0) return;
    if (kind === "close" || (await isClosed(run))) await archive(run);
  };
  const isClosed = async (run: string): Promise<boolean> => {
    const evidence = await store.evidenceOf(run);
    return evidence.run?.ended === true && bundleOf(evidence) !== undefined;
  };

  return {
    async task(id) {
      for (const task of (await store.statusOf({ task: id })).tasks) await placeTask(task);
    },
    archive,
    async restore(id) {
      for (const task of (await store.statusOf({ task: id })).tasks) await rebuildTask(task);
    },
    async forget(run) {
      for (const area of ["inbox", "artifacts"]) await removeFolder(join(folder, area, run));
    },
    async rebuild() {
      const failed: string[] = [];
      let err: unknown;
      // A page at a time: a node answers while it looks through what it has ever done.
      for (
        let page = await store.history({ limit: pageSize });
        page.length > 0;
        page = await store.history({ after: page.at(-1)?.row.id ?? "", limit: pageSize })
      ) {
        for (const task of page)
          await rebuildTask(task).catch((error: unknown) => {
            failed.push(task.row.id);
            err ??= error;
          });
        // A task without files waits for nothing, and a whole history of them would be one turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (failed.length > 0) logger.error({ tasks: failed.length, err }, "projections could not be written; they are tried again");
      return failed;
    },
    foreignFiles: (run) =>
      run === undefined ? (looking ??= findForeignFiles().finally(() => (looking = undefined))) : findForeignFiles(run),
  };
}

/** Size of a file; 0 where there is none. */
function sizeOf(path: string): Promise<number> {
  return lstat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
