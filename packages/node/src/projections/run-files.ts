import { FileName, Sha256, TasukiError } from "@tasuki/protocol";
import type { AttachmentRow, RunEvidence, TaskFacts } from "@tasuki/store";

/** File of a run's archive, by its path in it. */
export interface ArchivedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Outputs of a task: those of its newest attempt that has any. */
export function outputsOf({ attachments }: Pick<TaskFacts, "attachments">): AttachmentRow[] {
  const outputs = attachments.filter(({ direction }) => direction === "out");
  const newest = Math.max(...outputs.map(({ attempt }) => attempt));
  return outputs.filter(({ attempt }) => attempt === newest);
}

/** Inputs of a task. */
export function inputsOf({ attachments }: Pick<TaskFacts, "attachments">): AttachmentRow[] {
  return attachments.filter(({ direction }) => direction === "in");
}

/** Files that this node holds of a run; where several have the same name, that of the highest epoch. */
export function filesOf(tasks: readonly TaskFacts[]): ArchivedFile[] {
  const files = workOf(tasks)
    .filter(({ row }) => row.state !== "fenced")
    .toSorted((one, other) => one.row.payload.epoch - other.row.payload.epoch)
    .flatMap((task) => [...inputsOf(task), ...outputsOf(task)]);
  return [...new Map(files.map(({ name, sha256 }) => [name, sha256]))].map(([path, sha256]) => ({ path, sha256 }));
}

/** Tasks of a run that have files. */
export function workOf(tasks: readonly TaskFacts[]): TaskFacts[] {
  return tasks.filter(({ row: { payload } }) => payload.kind === "work" || payload.kind === "run");
}

/** Bundle digest of a closed run: from the `close` that this node took, or, on main, from those that it sent. */
export function bundleOf({ tasks, outbox }: Pick<RunEvidence, "tasks" | "outbox">): string | undefined {
  const asked = [...tasks.map(({ row }) => row.payload), ...outbox.map(({ payload }) => payload)];
  return asked.findLast(({ kind }) => kind === "close")?.bundle;
}

/** Parses a manifest. Throws `malformed_message` where a path is not one of an archive: the sender of the bundle must not choose paths. */
export function parseManifest(text: string): ArchivedFile[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [sha256 = "", path = ""] = line.split("  ", 2);
      const name = path.replace(/^(?:evidence|rounds\/[1-9][0-9]?)\//, "");
      if (!Sha256.safeParse(sha256).success || !FileName.safeParse(name).success)
        throw new TasukiError(
          "malformed_message",
          `the line '${line.slice(0, 200)}' is not one of an archive's manifest; nothing was written`,
        );
      return { path, sha256 };
    });
}
