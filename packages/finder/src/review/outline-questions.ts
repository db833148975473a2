import type { MergedItem } from "./merge-duplicates.ts";
import { rankQuotes, type Search } from "../ranking/search.ts";

const ranked = 12;

/**
 * Items for each question that cover at least `least` of it. Those where a new search finds the best passages come first. An item answers
 * for those that were merged into it, too.
 */
export function outlineQuestions(
  search: Search,
  items: readonly MergedItem[],
  least: number,
): readonly { readonly question: string; readonly items: readonly string[] }[] {
  return search.questions.map(({ id: question }) => {
    const quotes = rankQuotes(search, question, ranked);
    const own = items.flatMap(({ item, merged }) => {
      const all = [item, ...merged];
      const coverage = Math.max(...all.map((one) => one.coverage.get(question) ?? 0));
      if (coverage < least) return [];
      const rank = quotes.findIndex((quote) =>
        all.some(({ places }) =>
          places.some((place) => place.source === quote.source && place.start < quote.end && quote.start < place.end),
        ),
      );
      return [{ id: item.id, coverage, rank: rank === -1 ? ranked : rank }];
    });
    own.sort((one, other) => one.rank - other.rank || other.coverage - one.coverage);
    return { question, items: own.map(({ id }) => id) };
  });
}
