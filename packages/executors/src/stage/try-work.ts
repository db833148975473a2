import { type Documents, judgeStage, parseRunFile, type StageFile, type Unmet } from "@tasuki/contracts";
import { exampleRun } from "@tasuki/contracts/testing";
import type { StageWork } from "../define/define-executor.ts";

/** What came of a work: its files as documents, where they hold; else everything that its contracts and the role's check don't find as it should be. */
export interface TriedWork {
  readonly outputs: Documents;
  readonly unmet: readonly Unmet[];
}

/**
 * For tests: does a role's work in this process, over the documents of a run (the contracts' example, unless others are given), and puts what
 * it wrote through completion, its contracts and the role's gate, as a node does. Rejects with what the work throws.
 */
export async function tryWork(work: StageWork, documents: Documents = exampleRun()): Promise<TriedWork> {
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
