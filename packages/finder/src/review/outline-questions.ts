import { countWhile } from "../ranking/count-while.ts";
import type { Item } from "./judge-items.ts";
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
  const groups = items.map(({ item, merged }) => [item, ...merged]);
  const coverages = groups.map(bestCoverage);
  const isIn = groups.map((group) => createOverlap(group.flatMap(({ places }) => places)));
  const covering = Map.groupBy(
    coverages.flatMap((best, at) => [...best].map(([question, coverage]) => ({ at, question, coverage }))),
    ({ question }) => question,
  );
  return search.questions.map(({ id: question }) => {
    const quotes = rankQuotes(search, question, ranked);
    const own = (covering.get(question) ?? [])
      .filter(({ coverage }) => coverage >= least)
      .map(({ at, coverage }) => {
        const rank = quotes.findIndex((quote) => isIn[at]?.(quote));
        return { id: groups[at]?.[0]?.id ?? "", coverage, rank: rank === -1 ? ranked : rank };
      });
    own.sort((one, other) => one.rank - other.rank || other.coverage - one.coverage);
    return { question, items: own.map(({ id }) => id) };
  });
}

/** The best coverage of each question by any of some items. */
function bestCoverage(items: readonly Item[]): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const { coverage } of items) for (const [question, share] of coverage) best.set(question, Math.max(share, best.get(question) ?? 0));
  return best;
}

type Place = Item["places"][number];

/** A function that is true for a place that overlaps one of some places. */
function createOverlap(places: readonly Place[]): (place: Place) => boolean {
  const bySource = Map.groupBy(
    places.toSorted((one, other) => one.start - other.start),
    ({ source }) => source,
  );
  // Ends of the places up to each one, the largest so far.
  const ends = new Map(
    [...bySource].map(([source, own]) => {
      let last = 0;
      return [source, own.map(({ end }) => (last = Math.max(last, end)))] as const;
    }),
  );
  return ({ source, start, end }) => {
    const before = countWhile(bySource.get(source) ?? [], (place) => place.start < end);
    return before > 0 && (ends.get(source)?.[before - 1] ?? 0) > start;
  };
}
