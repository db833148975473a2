import type { Unmet } from "../messages/problem.ts";
import type { CompletionContext, Document, Documents } from "./define-artifact.ts";
import type { AnyRole, CheckContext } from "./define-role.ts";
import { inDraftLines } from "./draft-lines.ts";
import { gate } from "./gate.ts";
import { readDocuments, toDocument } from "./read-documents.ts";
import { type Parsed, readText, type StageFile } from "./read-text.ts";
import { sortFiles } from "./stage-files.ts";

export interface DraftedStage {
  readonly inputs: Documents;
  readonly drafts: readonly StageFile[];
}

interface CompletedFile {
  readonly name: string;
  readonly text: string;
}

export interface StageContext {
  readonly run: string;
  readonly collected?: CompletionContext["collected"];
}

/**
 * Judges the drafts of a stage: they are completed, read by their contracts and put through the role's gate, which is all that anybody's work
 * must pass. The outputs as documents, by artifact name, if everything holds; else the faults, in the line numbers of the drafts.
 */
export function judgeStage(role: AnyRole, stage: DraftedStage, context: StageContext & CheckContext): Parsed<Documents> {
  const completed = completeStage(role, stage, context);
  if (!completed.ok) return completed;
  const files = completed.value.map(({ name, text }) => ({ name, bytes: Buffer.from(text, "utf8") }));
  const outputs = readDocuments(role.produces, files);
  const unmet = outputs.ok ? gate(role, { inputs: stage.inputs, outputs: outputs.value }, context) : outputs.unmet;
  if (outputs.ok && unmet.length === 0) return outputs;
  return { ok: false, unmet: inDraftLines(unmet, linesOf(stage, completed.value)) };
}

function linesOf({ drafts }: DraftedStage, completed: readonly CompletedFile[]): Parameters<typeof inDraftLines>[1] {
  return {
    drafts: new Map(drafts.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("utf8")])),
    completed: new Map(completed.map(({ name, text }) => [name, text])),
  };
}

/**
 * Completes the drafts of a stage with everything that code can compute: artifacts of many first, then the others, each in the order of
 * `produces`, so that later ones see earlier ones as documents. Complete files pass unchanged. The texts are still to be read by
 * `readDocuments` and judged by `gate`.
 */
export function completeStage(role: AnyRole, stage: DraftedStage, { run, collected }: StageContext): Parsed<readonly CompletedFile[]> {
  const sorted = sortFiles(role.produces, stage.drafts);
  const unmet: Unmet[] = [...sorted.unmet];
  const texts: CompletedFile[] = [];
  let documents: Documents = stage.inputs;
  for (const { artifact, files } of inOrder(sorted.slots)) {
    const done: Document[] = [];
    for (const file of files) {
      const draft = readText(file, artifact.maxBytes);
      const text = draft.ok ? artifact.complete(draft.value, { run, documents, ...(collected && { collected }) }) : draft;
      if (!text.ok) {
        unmet.push(...text.unmet);
        continue;
      }
      texts.push({ name: file.name, text: text.value });
      const document = toDocument(artifact, file.name, text.value);
      if (document.ok) done.push(document.value);
      else unmet.push(...document.unmet);
    }
    documents = { ...documents, [artifact.name]: done };
  }
  return unmet.length > 0 ? { ok: false, unmet: inDraftLines(unmet, linesOf(stage, texts)) } : { ok: true, value: texts };
}

/** Slots in the order of completion: those of many first, since other artifacts point into them, as candidates do into collected texts. */
function inOrder<Slot extends { readonly artifact: { readonly many: boolean } }>(slots: readonly Slot[]): readonly Slot[] {
  return slots.toSorted((one, other) => Number(other.artifact.many) - Number(one.artifact.many));
}
