import { createSearch, rankQuotes } from "../ranking/search.ts";

const quotes = 8;

/** Coverage by which texts count as answering a question or not: the best of the first quotations, headings included; 0 to 1. */
export function bestCoverage(texts: readonly string[], question: string): number {
  const sources = texts.map((text, at) => ({ id: `S${at + 1}`, text }));
  const search = createSearch(sources, { questions: [{ id: "Q1", text: question }] });
  const shares = rankQuotes(search, "Q1", quotes).map((quote) => search.coverage([quote])("Q1"));
  return Math.max(0, ...shares);
}
