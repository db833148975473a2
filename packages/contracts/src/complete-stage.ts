import type { CompletionContext, Document, Documents, Parsed } from "./define-artifact.ts";
import type { AnyRole } from "./define-role.ts";
import type { Unmet } from "./problem.ts";
import { toDocument } from "./read-documents.ts";
import { readText, sortFiles, type StageFile } from "./stage-files.ts";

export interface DraftedStage {
  readonly inputs: Documents;
  readonly drafts: readonly StageFile[];
}

export interface StageContext {
  readonly run: string;
  readonly collected?: CompletionContext["collected"];
}

/**
 * Fills in what code can compute of a stage's drafts: artifacts of which there are many first, then the others, each in the order of
 * `produces`, so that later ones see earlier ones as documents. Complete files pass unchanged. What comes out is still to be read by `readDocuments` and judged by `gate`.
 */
export function completeStage(
  role: AnyRole,
  stage: DraftedStage,
  { run, collected }: StageContext,
): Parsed<readonly { readonly name: string; readonly text: string }[]> {
  const sorted = sortFiles(role.produces, stage.drafts);
  const unmet: Unmet[] = [...sorted.unmet];
  const texts: { name: string; text: string }[] = [];
  let documents: Documents = stage.inputs;
  for (const { artifact, files } of inOrder(sorted.slots)) {
    const done: Document[] = [];
    for (const file of files) {
      const draft = readText(artifact, file);
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
  return unmet.length > 0 ? { ok: false, unmet } : { ok: true, value: texts };
}

/** Collected texts need no completion, and the candidates point into them; so the `many` slots come first. */
function inOrder<Slot extends { readonly artifact: { readonly many: boolean } }>(slots: readonly Slot[]): readonly Slot[] {
  return slots.toSorted((one, other) => Number(other.artifact.many) - Number(one.artifact.many));
}
