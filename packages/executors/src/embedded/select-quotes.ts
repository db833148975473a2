import { findQuotes, type Quote } from "../ranking/find-quotes.ts";
import type { Search } from "./search.ts";

/** A quotation, and the questions that it was found for. */
export interface Selected {
  readonly quote: Quote;
  readonly answers: readonly string[];
}

const mostPerQuestion = 6;
// candidate-list.md and sg-review.md hold a paragraph and a row for each, and may have 256 KiB.
const mostInAll = 240;

/**
 * The best quotations for every question, in an order that is each question's own, best first. One that holds another question's is listed
 * once for both where that keeps the order; else it is listed again, and a reviewer merges the two.
 */
export function selectQuotes(search: Search): readonly Selected[] {
  const quota = Math.max(1, Math.min(mostPerQuestion, Math.floor(mostInAll / search.questions.length)));
  const selected: { quote: Quote; answers: string[] }[] = [];
  for (const { id } of search.questions) {
    let last = -1;
    for (const quote of rankQuotes(search, id, quota)) {
      const known = selected.findIndex(({ quote: other }, at) => at > last && holds(other, quote));
      if (known === -1 && selected.length === mostInAll) continue;
      last = known === -1 ? selected.push({ quote, answers: [] }) - 1 : known;
      selected[last]?.answers.push(id);
    }
  }
  return selected;
}

/** The quotations found for a question, best first; where it has several parts, the best of each, then the second of each. */
export function rankQuotes({ corpus, vocabulary, questions }: Search, question: string, quota: number): readonly Quote[] {
  const parts = questions.find(({ id }) => id === question)?.parts ?? [];
  const found = parts.map(({ text, query }) => findQuotes({ corpus, vocabulary, query }, text, quota));
  const ranks = Array.from({ length: quota }, (_, rank) => found.flatMap((list) => list[rank] ?? []));
  return ranks.flat().slice(0, Math.max(quota, parts.length));
}

function holds(outer: Quote, inner: Quote): boolean {
  return outer.source === inner.source && outer.start <= inner.start && outer.end >= inner.end;
}
