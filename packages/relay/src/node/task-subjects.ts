import type { TaskPayload } from "@tasuki/contracts";

/** What a receipt about a task acknowledges: its files, or the task document itself where it has none. */
export function taskSubjects(
  { attachments }: Pick<TaskPayload, "attachments">,
  digest: string,
): readonly { name: string; sha256: string }[] {
  return attachments.length === 0 ? [{ name: "task", sha256: digest }] : attachments.map(({ name, sha256 }) => ({ name, sha256 }));
}
