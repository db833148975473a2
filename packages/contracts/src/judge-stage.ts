import { completeStage, type DraftedStage, type StageContext } from "./complete-stage.ts";
import type { Documents, Parsed } from "./define-artifact.ts";
import type { AnyRole, CheckContext } from "./define-role.ts";
import { gate } from "./gate.ts";
import { readDocuments } from "./read-documents.ts";

/**
 * What a stage's drafts come to: completed, read by their contracts and put through the role's gate, which is all that anybody's work must pass.
 * The outputs as documents, by artifact name, if everything holds.
 */
export function judgeStage(role: AnyRole, stage: DraftedStage, context: StageContext & CheckContext): Parsed<Documents> {
  const completed = completeStage(role, stage, context);
  if (!completed.ok) return completed;
  const files = completed.value.map(({ name, text }) => ({ name, bytes: Buffer.from(text, "utf8") }));
  const outputs = readDocuments(role.produces, files);
  if (!outputs.ok) return outputs;
  const unmet = gate(role, { inputs: stage.inputs, outputs: outputs.value }, context);
  return unmet.length > 0 ? { ok: false, unmet } : outputs;
}
