import { createCuts } from "@tasuki/contracts";
import type { Quote } from "../ranking/pick-quotes.ts";
import { rankQuotes, type Search } from "../ranking/search.ts";

/** A quotation, and the questions that it was found for. */
export interface Selected {
  readonly quote: Quote;
  readonly answers: readonly string[];
}

const mostPerQuestion = 6;
// candidate-list.md and sg-review.md hold a paragraph and a row for each quotation, and may have 256 KiB.
const mostInAll = 240;

/**
 * Quotations for all questions. Those of one question stand best first. A quotation that holds one of another question is listed once
 * for both where the order of both allows it; else it is listed a second time, and a reviewer merges the two. The gate can see a sentence that goes on where
 * none was seen here, where marks are odd: such a quotation is left out.
 */
export function selectQuotes(search: Search, { isAgain = false }: { readonly isAgain?: boolean } = {}): readonly Selected[] {
  const wanted = isAgain ? 2 * mostPerQuestion : mostPerQuestion;
  const quota = Math.max(1, Math.min(wanted, Math.floor(mostInAll / search.questions.length)));
  const cuts = new Map<number, ReturnType<typeof createCuts>>();
  const isCut = (quote: Quote): boolean => {
    const cutOf = cuts.get(quote.source) ?? createCuts(search.corpus.sources[quote.source]?.text ?? "");
    cuts.set(quote.source, cutOf);
    return cutOf(quote) !== undefined;
  };
  const selected: { quote: Quote; answers: string[] }[] = [];
  for (const { id } of search.questions) {
    let last = -1;
    for (const quote of rankQuotes(search, id, quota)) {
      const known = selected.findIndex(({ quote: other }, at) => at > last && holds(other, quote));
      if ((known === -1 && selected.length === mostInAll) || isCut(quote)) continue;
      last = known === -1 ? selected.push({ quote, answers: [] }) - 1 : known;
      selected[last]?.answers.push(id);
    }
  }
  return selected;
}

function holds(outer: Quote, inner: Quote): boolean {
  return outer.source === inner.source && outer.start <= inner.start && outer.end >= inner.end;
}
