import { statementsOf } from "./statements.ts";

/**
 * A passage with citations of these items after each of its sentences, so that it keeps the profile `cited` whatever stands in it.
 * The passage must have no citations of its own (`citationsIn`).
 */
export function citeSentences(passage: string, items: readonly string[]): string {
  const citations = items.map((item) => `[${item}]`).join("");
  let cited = "";
  let from = 0;
  for (const { end } of statementsOf(passage)) {
    cited += `${passage.slice(from, end)} ${citations}`;
    from = end;
  }
  return cited + passage.slice(from);
}
