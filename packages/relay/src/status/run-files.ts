import type { AttachmentRow, Store } from "@tasuki/store";
import { stateOf } from "../flow/run-steps.ts";

/** Files that main has pulled from the stages of a run: they belong to tasks that are other nodes', so only the flow knows which. */
export function filesOfRun(store: Pick<Store, "run" | "attachments">, run: string): readonly AttachmentRow[] {
  const row = store.run(run);
  return row === undefined ? [] : stateOf(row).stages.flatMap(({ task }) => (task === undefined ? [] : store.attachments(task)));
}
