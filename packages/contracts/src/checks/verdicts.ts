import type { Document, Unmet } from "@tasuki/protocol";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { type SgReview, usableItems, type Verdict } from "../artifacts/sg-review/sg-review.ts";
import { place } from "./collect.ts";

/**
 * Checks that every verdict names a candidate, that every candidate has exactly one (at most one with `rework`), and that merges point to
 * accepted items.
 */
export function* checkVerdicts(review: Document<SgReview>, list: Document<CandidateList>): Generator<Unmet> {
  const candidates = new Set(list.value.candidates.map(({ id }) => id));
  const usable = usableItems(review.value);
  const judged = new Set<string>();
  for (const verdict of review.value.verdicts) {
    const at = () => ({ ...place(review, `| ${verdict.item} |`), path: `verdicts.${verdict.item}` });
    if (!candidates.has(verdict.item))
      yield { ...at(), expected: `a candidate of ${list.name}`, got: verdict.item, fix: "leave the verdict out, or mend the item's id" };
    if (judged.has(verdict.item))
      yield { ...at(), expected: `one verdict on ${verdict.item}`, got: "a second one", fix: "leave one of the two out" };
    judged.add(verdict.item);
    const unmet = mergeFault(verdict, usable);
    if (unmet) yield { ...at(), ...unmet };
  }
  if (review.value.decision === "rework") return;
  for (const id of candidates)
    if (!judged.has(id))
      yield {
        file: review.name,
        path: `verdicts.${id}`,
        expected: `a verdict on ${id}`,
        got: "none",
        fix: `add a row for ${id} to the Verdicts`,
      };
}

function mergeFault({ item, verdict, into }: Verdict, usable: ReadonlySet<string>): Pick<Unmet, "expected" | "got" | "fix"> | undefined {
  if (verdict !== "merged")
    return into === undefined
      ? undefined
      : { expected: `no 'into' with the verdict '${verdict}'`, got: into, fix: "write the verdict 'merged', or leave 'into' out" };
  if (into !== undefined && into !== item && usable.has(into)) return undefined;
  return {
    expected: "the accepted or partial item that it is merged into",
    got: into ?? "no item",
    fix: "name an item with the verdict 'accepted' or 'partial' in 'into'",
  };
}
