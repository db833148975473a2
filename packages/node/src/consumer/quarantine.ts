import { lstat, readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger, Quarantined } from "@tasuki/protocol";
import { makeOwnFolder, type Store, type TaskRow } from "@tasuki/store";
import type { Notary } from "@tasuki/evidence";
import { namesIn } from "./work-folder.ts";

interface QuarantineDeps {
  readonly store: Pick<Store, "append">;
  readonly notary: Notary;
  /** Data folder of the node. */
  readonly data: string;
  readonly logger: Logger;
}

export interface Quarantine {
  /** Takes the output of an attempt that has lost its task, if there is any, to where nobody reads it, and records that. */
  take(row: Pick<TaskRow, "id" | "payload">, attempt: { readonly attempt: number; readonly out: string }): Promise<void>;
  /** Lists the quarantined outputs of one run, or of all; at most 100. */
  list(run?: string): Promise<readonly Quarantined[]>;
}

const shownAtMost = 100;
const folderName = /^(?<stage>[a-z][a-z0-9-]*)\.(?<epoch>[0-9]+)\.(?<attempt>[0-9]+)$/;

/** Quarantine for output that came too late to count: `quarantine/<run>/<stage>.<epoch>.<attempt>/`. */
export function createQuarantine({ store, notary, data, logger }: QuarantineDeps): Quarantine {
  return {
    async take({ id: task, payload: { run, stage, epoch } }, { attempt, out }) {
      // A link in the folder's place is no output, and the folder that it leads to is not ours to move.
      const isFolder = await lstat(out).then(
        (found) => found.isDirectory(),
        () => false,
      );
      const files = isFolder ? await readdir(out) : [];
      if (files.length === 0) return;
      const path = join("quarantine", run, `${stage}.${epoch}.${attempt}`);
      await makeOwnFolder(data, dirname(join(data, path)));
      await rename(out, join(data, path));
      const facts = { run, stage, epoch, task, attempt };
      await store.append(notary.event("quarantined", { ...facts, path, files: files.length }));
      logger.warn({ ...facts, path, files: files.length }, "an attempt had lost its task; what it wrote is quarantined, and not used");
    },
    async list(run) {
      const found: Quarantined[] = [];
      for (const id of run === undefined ? await namesIn(join(data, "quarantine")) : [run])
        for (const name of await namesIn(join(data, "quarantine", id))) {
          const { stage, epoch, attempt } = folderName.exec(name)?.groups ?? {};
          if (stage === undefined) continue;
          if (found.length === shownAtMost) return found;
          found.push({ path: join("quarantine", id, name), run: id, stage, epoch: Number(epoch), attempt: Number(attempt) });
        }
      return found;
    },
  };
}
