import { completeStage, type Documents, gate, parseRunFile, readDocuments, type StageFile, type Unmet } from "@tasuki/contracts";
import { exampleRun } from "@tasuki/contracts/testing";
import type { StageWork } from "../define/define-executor.ts";

/** What came of a work: its files as documents, and everything that its contracts and the role's check don't find as it should be. */
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
  const completed = completeStage(role, { inputs: documents, drafts: drafts.value }, { run });
  if (!completed.ok) return fail(completed.unmet);
  const outputs = readDocuments(
    role.produces,
    completed.value.map(({ name, text }) => ({ name, bytes: Buffer.from(text, "utf8") })),
  );
  if (!outputs.ok) return fail(outputs.unmet);
  return { outputs: outputs.value, unmet: gate(role, { inputs: documents, outputs: outputs.value }, { producer: `app:${role.name}` }) };
}
