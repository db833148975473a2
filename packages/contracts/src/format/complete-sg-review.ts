import type { SgReview } from "../artifacts/sg-review.ts";
import type { CompletionContext, Documents, Parsed } from "../define-artifact.ts";
import type { Contract } from "./completion.ts";
import { inputsOf, valueOf } from "./documents.ts";
import { formatSgReview } from "./format-sg-review.ts";
import { readSgReview, type SgReviewDraft } from "./read-sg-review.ts";
import { judge } from "./report.ts";
import { withUnreadable } from "./stage-gaps.ts";

/** Fills in a review: the front matter; without an outline, the accepted items by the questions that they answer, and a gap where there is none. */
export function completeSgReview(text: string, contract: Contract<SgReview>, context: CompletionContext): Parsed<string> {
  if (contract.parse(text, contract.file).ok) return { ok: true, value: text };
  const { documents } = context;
  const { report, draft } = readSgReview(text, { artifact: contract, fileName: contract.file, draft: true });
  const { verdicts, requests = [], outline = outlineOf(verdicts ?? [], documents) } = draft;
  const gaps =
    draft.gaps ??
    outline.filter(({ items }) => items.length === 0).map(({ question }) => ({ question, reason: "no accepted candidate answers it" }));
  const parsed = judge(report, contract, {
    run: draft.run ?? context.run,
    inputs: draft.inputs ?? inputsOf(documents),
    decision: draft.decision ?? (requests.length > 0 ? "rework" : "converged"),
    verdicts: verdicts ?? (valueOf(documents, "candidate-list")?.candidates.length === 0 ? [] : undefined),
    outline,
    contradictions: draft.contradictions ?? [],
    gaps: withUnreadable(gaps, documents),
    requests,
  });
  return parsed.ok ? { ok: true, value: formatSgReview(parsed.value) } : parsed;
}

function outlineOf(verdicts: NonNullable<SgReviewDraft["verdicts"]>, documents: Documents): { question: string; items: string[] }[] {
  const usable = new Set(verdicts.flatMap(({ item, verdict }) => (verdict === "accepted" || verdict === "partial" ? [item] : [])));
  const candidates = valueOf(documents, "candidate-list")?.candidates.filter(({ id }) => usable.has(id)) ?? [];
  const items = new Map<string, string[]>(valueOf(documents, "brief")?.questions.map(({ id }) => [id, []]));
  for (const { id, answers } of candidates) for (const question of answers) items.get(question)?.push(id);
  return [...items].map(([question, own]) => ({ question, items: [...new Set(own)] }));
}
