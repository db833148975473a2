import type { SgReview } from "../artifacts/sg-review.ts";

/** The items that the outline and the final text may use: those with the verdict `accepted` or `partial`. */
export function usableItems(review: SgReview): ReadonlySet<string> {
  return new Set(review.verdicts.flatMap(({ item, verdict }) => (verdict === "accepted" || verdict === "partial" ? [item] : [])));
}
