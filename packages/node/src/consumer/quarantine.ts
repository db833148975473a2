import { lstat, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger, Quarantined } from "@tasuki/protocol";
import { entriesIn, makeOwnFolder, type Store, type TaskRow } from "@tasuki/store";
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
const countedAtMost = 256;
const folderName = /^(?<stage>[a-z][a-z0-9-]*)\.(?<epoch>[0-9]+)\.(?<attempt>[0-9]+)$/;

/** Quarantine for output that came too late to count: `quarantine/<run>/<stage>.<epoch>.<attempt>/`. */
export function createQuarantine({ store, notary, data, logger }: QuarantineDeps): Quarantine {
  return {
    async take({ id: task, payload: { run, stage, epoch } }, { attempt, out }) {
      const files = await countIn(out);
      if (files === 0) return;
      const path = join("quarantine", run, `${stage}.${epoch}.${attempt}`);
      await makeOwnFolder(data, dirname(join(data, path)));
      await rename(out, join(data, path));
      const facts = { run, stage, epoch, task, attempt };
      await store.append(notary.event("quarantined", { ...facts, path, files }));
      logger.warn({ ...facts, path, files }, "an attempt had lost its task; what it wrote is quarantined, and not used");
    },
    async list(run) {
      const found: Quarantined[] = [];
      for (const id of run === undefined ? await namesIn(join(data, "quarantine"), shownAtMost) : [run])
        for (const name of await namesIn(join(data, "quarantine", id), shownAtMost)) {
          const { stage, epoch, attempt } = folderName.exec(name)?.groups ?? {};
          if (stage === undefined) continue;
          if (found.length === shownAtMost) return found;
          found.push({ path: join("quarantine", id, name), run: id, stage, epoch: Number(epoch), attempt: Number(attempt) });
        }
      return found;
    },
  };
}

/**
 * Number of names in an attempt's folder, counted no further than `countedAtMost`. A link in the folder's place is no output, and the folder that it
 * leads to is not ours to move.
 */
async function countIn(folder: string): Promise<number> {
  const isFolder = await lstat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  let count = 0;
  if (!isFolder) return count;
  for await (const _ of entriesIn(folder)) if ((count += 1) === countedAtMost) break;
  return count;
}
