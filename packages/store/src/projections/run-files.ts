import { FileName, Sha256, TasukiError } from "@tasuki/contracts";
import type { AttachmentRow, Store, TaskRow } from "../store.ts";

/** A file of a run's archive, by its path in it. */
export interface ArchivedFile {
  readonly path: string;
  readonly sha256: string;
}

/** What a task's attempts gave, of the newest attempt that gave anything. */
export function outputsOf(store: Pick<Store, "attachments">, task: string): AttachmentRow[] {
  const outputs = store.attachments(task).filter(({ direction }) => direction === "out");
  const newest = Math.max(...outputs.map(({ attempt }) => attempt));
  return outputs.filter(({ attempt }) => attempt === newest);
}

export function inputsOf(store: Pick<Store, "attachments">, task: string): AttachmentRow[] {
  return store.attachments(task).filter(({ direction }) => direction === "in");
}

/** The files that this node holds of a run; of the same name, those of the highest epoch. */
export function filesOf(store: Store, run: string): ArchivedFile[] {
  const tasks = workOf(store, run).filter(({ state }) => state !== "fenced");
  const files = tasks
    .toSorted((one, other) => one.payload.epoch - other.payload.epoch)
    .flatMap(({ id }) => [...inputsOf(store, id), ...outputsOf(store, id)]);
  return [...new Map(files.map(({ name, sha256 }) => [name, sha256]))].map(([path, sha256]) => ({ path, sha256 }));
}

/** Tasks with files. */
export function workOf(store: Pick<Store, "tasks">, run: string): TaskRow[] {
  return store.tasks({ run }).filter(({ payload }) => payload.kind === "work" || payload.kind === "run");
}

/** The digest that a run was closed with: as this node was asked to archive it, or as main asked the others to. */
export function bundleOf(store: Pick<Store, "tasks" | "outbox">, run: string): string | undefined {
  const asked = [...store.tasks({ run }), ...store.outbox({ run })].map(({ payload }) => payload);
  return asked.findLast(({ kind }) => kind === "close")?.bundle;
}

/** The entries of a manifest. Throws where a path is not one of an archive: whoever named the bundle must not choose paths. */
export function parseManifest(text: string): ArchivedFile[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [sha256 = "", path = ""] = line.split("  ", 2);
      const name = path.startsWith("evidence/") ? path.slice("evidence/".length) : path;
      if (!Sha256.safeParse(sha256).success || !FileName.safeParse(name).success)
        throw new TasukiError(
          "malformed_message",
          `the line '${line.slice(0, 200)}' is not one of an archive's manifest; nothing was written`,
        );
      return { path, sha256 };
    });
}
