import { citationsIn } from "@tasuki/contracts";

/** The items that sections cite, in the order in which they come up. */
export function citedItems(sections: readonly { readonly text: string }[]): readonly string[] {
  return [...new Set(sections.flatMap(({ text }) => citationsIn(text).flatMap(({ items }) => items)))];
}
