import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { type SgReview, usableItems } from "../artifacts/sg-review/sg-review.ts";
import { place } from "./collect.ts";
import { subjectOf } from "./gaps.ts";

/**
 * Checks that the outline uses accepted items only, and that every question has items or is a declared gap. With `rework`, questions may
 * still be open.
 */
export function* checkOutline(review: Document<SgReview>, brief: Brief): Generator<Unmet> {
  const { outline, gaps, decision } = review.value;
  const questions = new Set(brief.questions.map(({ id }) => id));
  const usable = usableItems(review.value);
  const settled = new Set(gaps.map(subjectOf));
  const seen = new Set<string>();
  for (const { question, items } of outline) {
    let where: Pick<Unmet, "file" | "line"> | undefined;
    const at = () => ({ ...(where ??= place(review, question, items.join(", "))), path: `outline.${question}` });
    if (!questions.has(question))
      yield {
        ...at(),
        expected: `a question of the brief: ${[...questions].join(", ")}`,
        got: question,
        fix: "name a question that was asked",
      };
    if (seen.has(question)) yield { ...at(), expected: `${question} once`, got: `${question} twice`, fix: "put the two together" };
    seen.add(question);
    if (items.length > 0) settled.add(question);
    for (const item of items)
      if (!usable.has(item))
        yield {
          ...at(),
          expected: "items with the verdict 'accepted' or 'partial'",
          got: item,
          fix: `leave ${item} out of the outline, or accept it`,
        };
  }
  if (decision === "rework") return;
  for (const id of questions)
    if (!settled.has(id))
      yield {
        file: review.name,
        path: `outline.${id}`,
        expected: `accepted items for ${id}, or a gap`,
        got: "neither",
        fix: `give ${id} items in the Outline, or declare it in the Gaps with a reason`,
      };
}

/** Checks that every contradiction is between two different candidates. */
export function* checkContradictions(review: Document<SgReview>, list: Document<CandidateList>): Generator<Unmet> {
  const candidates = new Set(list.value.candidates.map(({ id }) => id));
  for (const [at, { items, note }] of review.value.contradictions.entries()) {
    const where = () => ({ ...place(review, items[0], note), path: `contradictions.${at}` });
    for (const item of items)
      if (!candidates.has(item))
        yield { ...where(), expected: `a candidate of ${list.name}`, got: item, fix: "name the two candidates that contradict each other" };
    if (items[0] === items[1])
      yield {
        ...where(),
        expected: "two different candidates",
        got: `${items[0]} twice`,
        fix: "name the two candidates that contradict each other",
      };
  }
}
