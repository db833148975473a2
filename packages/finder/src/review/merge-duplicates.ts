import { areDifferent, claimsOf } from "../ranking/contradictions.ts";
import { jaccard, shareIn, termSet } from "../ranking/terms.ts";
import type { Item } from "./judge-items.ts";

/** Limit of the items that another one is compared with: as many as the finder's own research lists. */
export const mostCompared = 240;

/** An item that is kept, and those that say the same. */
export interface MergedItem {
  readonly item: Item;
  readonly merged: readonly Item[];
}

const alike = 0.55;
const contained = 0.85;
const tolerance = 0.05;

/**
 * Items without repetitions: each item goes to the first earlier one that says the same, which is one that shares most of the item's terms
 * or holds nearly all of them, and covers as much of every question that the item answers.
 */
export function mergeDuplicates(items: readonly Item[]): readonly MergedItem[] {
  const kept: { item: Item; merged: Item[]; terms: ReadonlySet<string>; claims: ReturnType<typeof claimsOf> }[] = [];
  for (const item of items) {
    const terms = termSet(item.text);
    const claims = claimsOf(item.text);
    const same = kept.slice(0, mostCompared).find(
      (other) =>
        (jaccard(other.terms, terms) >= alike || shareIn(terms, other.terms) >= contained) &&
        [...item.coverage].every(([question, share]) => other.item.covers(question) >= share - tolerance) &&
        // Two versions of a statement that differ in its figure are alike, and must both be seen.
        !areDifferent(other.claims, claims),
    );
    if (same) same.merged.push(item);
    else kept.push({ item, merged: [], terms, claims });
  }
  return kept;
}
