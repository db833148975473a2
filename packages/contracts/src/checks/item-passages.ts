import type { DeRawOutput } from "../artifacts/de-raw-output.ts";
import type { SgReview } from "../artifacts/sg-review.ts";
import { normaliseSpace } from "./space.ts";
import { usableItems } from "./usable-items.ts";

/** The passages of the items that the final text may cite, by item, with white space normalised. */
export type Passages = ReadonlyMap<string, readonly string[]>;

export function passagesOf(raw: DeRawOutput, review: SgReview): Passages {
  const usable = usableItems(review);
  const passages = new Map<string, string[]>();
  for (const { candidate, text } of raw.blocks) {
    if (!usable.has(candidate)) continue;
    const known = passages.get(candidate) ?? [];
    known.push(normaliseSpace(text));
    passages.set(candidate, known);
  }
  return passages;
}

/** Whether a text, white space aside, stands in a passage of one of these items. */
export function isVerbatim(text: string, items: Iterable<string>, passages: Passages): boolean {
  const wanted = normaliseSpace(text);
  for (const item of items) if (passages.get(item)?.some((passage) => passage.includes(wanted))) return true;
  return false;
}
