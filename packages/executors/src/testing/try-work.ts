import { type Documents, judgeStage, parseRunFile, type StageFile, type Unmet } from "@tasuki/protocol";
import type { StageWork } from "../define/define-executor.ts";

/** Outcome of a work: its files as documents where they hold, else all that is unmet of their contracts and of the role's check. */
export interface TriedWork {
  readonly outputs: Documents;
  readonly unmet: readonly Unmet[];
}

/**
 * Tries a role's work in this process, over the documents of a run, for tests: its files go through completion, their contracts and the
 * role's gate, as they do on a node. Rejects with the exception of the work.
 */
export async function tryWork(work: StageWork, documents: Documents): Promise<TriedWork> {
  const { role } = work;
  const fail = (unmet: readonly Unmet[]): TriedWork => ({ outputs: {}, unmet });
  const files = Object.values(documents).flatMap((own) =>
    own.map(({ name, text }): StageFile => ({ name, bytes: Buffer.from(text, "utf8") })),
  );
  const { run } = parseRunFile(documents["run"]?.[0]?.text ?? "");
  const drafts = await work.perform(files, { run, progress: () => undefined });
  if (!drafts.ok) return fail(drafts.unmet);
  const outputs = judgeStage(role, { inputs: documents, drafts: drafts.value }, { run, producer: `app:${role.name}` });
  return outputs.ok ? { outputs: outputs.value, unmet: [] } : fail(outputs.unmet);
}
