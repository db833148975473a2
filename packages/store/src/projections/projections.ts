import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger, Shortcut } from "@tasuki/contracts";
import type { Store, TaskRow } from "../store.ts";
import { summaryName, writeArchive } from "./archive.ts";
import { placeBlob } from "./place.ts";
import { bundleOf, inputsOf, outputsOf } from "./run-files.ts";
import { createShortcuts } from "./shortcuts.ts";

/** Readable pictures of the store. Writing one again changes nothing; what is missing is written at `rebuild`. */
export interface Projections {
  /** `inbox/<run>/<stage>.<epoch>/` and `artifacts/<run>/<stage>.<epoch>/` of a task, as far as it has got. */
  task(id: string): Promise<void>;
  /** `archive/<run>/`. */
  archive(run: string): Promise<void>;
  /** Everything that is missing. A task or run that fails is logged, and the others are written. */
  rebuild(): Promise<void>;
  /** Files in `inbox/` and `artifacts/` that no task put there, or whose bytes were changed. At most 100. Calls at one time share one look. */
  shortcuts(): Promise<readonly Shortcut[]>;
}

interface ProjectionsDeps {
  /** The data folder. */
  readonly folder: string;
  readonly store: Store;
  readonly logger: Logger;
}

export function createProjections({ folder, store, logger }: ProjectionsDeps): Projections {
  const findShortcuts = createShortcuts({ folder, store });
  const archiving = new Map<string, Promise<void>>();
  let looking: Promise<Shortcut[]> | undefined;

  const placeTask = async ({ id, payload }: TaskRow): Promise<void> => {
    const { run, stage, epoch } = payload;
    const place = { folder, blobs: store.blobs };
    for (const { name, sha256 } of inputsOf(store, id))
      await placeBlob(place, sha256, join(folder, "inbox", run, `${stage}.${epoch}`, name));
    for (const { name, sha256 } of outputsOf(store, id))
      await placeBlob(place, sha256, join(folder, "artifacts", run, `${stage}.${epoch}`, name));
  };
  const archive = (run: string): Promise<void> => {
    const writing = archiving.get(run) ?? writeArchive({ folder, store }, run).finally(() => archiving.delete(run));
    archiving.set(run, writing);
    return writing;
  };
  const attempt = (run: string, what: Promise<void>): Promise<void> =>
    what.catch((error: unknown) =>
      logger.error({ run, err: error }, "a projection could not be written; it is tried again at the next start"),
    );

  return {
    async task(id) {
      const task = store.task(id);
      if (task !== undefined) await placeTask(task);
    },
    archive,
    async rebuild() {
      for (const kind of ["run", "work"] as const)
        for (const task of store.tasks({ kind })) await attempt(task.payload.run, placeTask(task));
      const closed = [
        ...store.tasks({ kind: "close" }).map(({ payload }) => payload.run),
        ...store.runs().flatMap(({ id, ended }) => (ended && bundleOf(store, id) !== undefined ? [id] : [])),
      ];
      for (const run of closed) if (!(await isThere(join(folder, "archive", run, summaryName)))) await attempt(run, archive(run));
    },
    shortcuts: () => (looking ??= findShortcuts().finally(() => (looking = undefined))),
  };
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
