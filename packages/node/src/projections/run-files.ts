import { FileName, Sha256, TasukiError } from "@tasuki/protocol";
import type { AttachmentRow, Store, TaskRow } from "@tasuki/store";

/** File of a run's archive, by its path in it. */
export interface ArchivedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Outputs of a task: those of its newest attempt that has any. */
export function outputsOf(store: Pick<Store, "attachments">, task: string): AttachmentRow[] {
  const outputs = store.attachments(task).filter(({ direction }) => direction === "out");
  const newest = Math.max(...outputs.map(({ attempt }) => attempt));
  return outputs.filter(({ attempt }) => attempt === newest);
}

/** Inputs of a task. */
export function inputsOf(store: Pick<Store, "attachments">, task: string): AttachmentRow[] {
  return store.attachments(task).filter(({ direction }) => direction === "in");
}

/** Files that this node holds of a run; where several have the same name, that of the highest epoch. */
export function filesOf(store: Store, run: string): ArchivedFile[] {
  const tasks = workOf(store, run).filter(({ state }) => state !== "fenced");
  const files = tasks
    .toSorted((one, other) => one.payload.epoch - other.payload.epoch)
    .flatMap(({ id }) => [...inputsOf(store, id), ...outputsOf(store, id)]);
  return [...new Map(files.map(({ name, sha256 }) => [name, sha256]))].map(([path, sha256]) => ({ path, sha256 }));
}

/** Tasks of a run that have files. */
export function workOf(store: Pick<Store, "tasks">, run: string): TaskRow[] {
  return store.tasks({ run }).filter(({ payload }) => payload.kind === "work" || payload.kind === "run");
}

/** Bundle digest of a closed run: from the `close` that this node took, or, on main, from those that it sent. */
export function bundleOf(store: Pick<Store, "tasks" | "outbox">, run: string): string | undefined {
  const asked = [...store.tasks({ run }), ...store.outbox({ run })].map(({ payload }) => payload);
  return asked.findLast(({ kind }) => kind === "close")?.bundle;
}

/** Parses a manifest. Throws `malformed_message` where a path is not one of an archive: the sender of the bundle must not choose paths. */
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
