import { type CompletionContext, type Contract, type Documents, judge, type Parsed } from "@tasuki/protocol";
import { inputsOf, valueOf } from "../documents.ts";
import { sourceGaps } from "./gaps.ts";
import { readSgReview, type SgReviewDraft } from "./read.ts";
import type { Gap, SgReview } from "./sg-review.ts";
import { formatSgReview } from "./write.ts";

/**
 * Completes a review: the front matter; without an outline, the accepted items by the questions that they answer; without gaps, one for each
 * question without items.
 */
export function completeSgReview(text: string, contract: Contract<SgReview>, context: CompletionContext): Parsed<string> {
  if (contract.read(text, contract.file).ok) return { ok: true, value: text };
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
    gaps: withSourceGaps(gaps, documents),
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

/** The gaps, and one more for each source of the run that is a gap and is not declared yet. */
export function withSourceGaps(gaps: readonly Gap[], documents: Documents): Gap[] {
  const declared = new Set(gaps.map(({ question }) => /^\s*(\w+)/.exec(question)?.[1]));
  const more = sourceGaps(valueOf(documents, "run")?.sources ?? []).filter(({ question }) => !declared.has(question));
  return [...gaps, ...more];
}
