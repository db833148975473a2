import type { Range } from "@tasuki/contracts";
import { areDifferent, claimsOf } from "./contradictions.ts";
import { jaccard, termSet } from "./terms.ts";

/** A verbatim quotation: a range of a source's text. */
export interface Quote extends Range {
  /** Index of the source. */
  readonly source: number;
  /** Index of the section. */
  readonly section: number;
  readonly score: number;
  /** Terms of the question that stand in the quotation. */
  readonly terms: readonly string[];
  /** Nearest heading that it stands under; empty where there is none. */
  readonly heading: string;
  /** Terms of the question that stand in the quotation or that heading. */
  readonly named: readonly string[];
  /** True where the quotation holds what the question's form asks for: a date, a number, a name, a reason. */
  readonly cue: boolean;
  /** True for a row of a table. */
  readonly row: boolean;
}

const alike = 0.55;
// Share of their terms that two quotations by one pattern have in common.
const twin = 0.4;
const least = 0.35;

/** Quotes worth keeping: those with at least 0.35 of the best score, without repetitions. */
export function pickQuotes(
  quotes: readonly Quote[],
  { most, textOf }: { most: number; textOf: (source: number, range: Range) => string },
): Quote[] {
  const ranked = [...quotes].sort((one, other) => other.score - one.score || one.source - other.source || one.start - other.start);
  const picked: Picked[] = [];
  const floor = least * (ranked[0]?.score ?? 0);
  for (const quote of ranked) {
    if (picked.length === most || quote.score < floor) break;
    if (quote.terms.length === 0 && quote.score <= 0) continue;
    // Each row has the names of the columns that are asked for: of those that have no more, nobody asks.
    if (
      quote.row &&
      picked.some((other) => other.quote.row && other.quote.section === quote.section && hasMore(other.quote.terms, quote.terms))
    )
      continue;
    const text = textOf(quote.source, quote);
    const found = { quote, text, terms: termSet(text), above: termSet(quote.heading) };
    const again = picked.some(
      (other) =>
        (other.quote.source === quote.source && overlaps(other.quote, quote)) ||
        (jaccard(other.terms, found.terms) >= alike && !areDifferent(claimsOf(other.text), claimsOf(text))) ||
        isTwin(found, other),
    );
    if (!again) picked.push(found);
  }
  return picked.map(({ quote }) => quote);
}

interface Picked {
  readonly quote: Quote;
  readonly text: string;
  readonly terms: ReadonlySet<string>;
  /** Terms of its heading. */
  readonly above: ReadonlySet<string>;
}

/**
 * True for a quotation by the same pattern as one of what is asked for, which names something else instead, itself or in a heading by the same pattern:
 * the office in another town, the report for another month. One that names nothing instead is about all of them.
 */
function isTwin({ quote, terms, above }: Picked, asked: Picked): boolean {
  const isHeaded = [...above].some((term) => asked.above.has(term));
  const names = namesOther(terms, asked.terms) || (isHeaded && namesOther(above, asked.above));
  return names && hasMore(asked.quote.named, quote.named) && jaccard(asked.terms, terms) >= twin;
}

/** True where terms have a word that others lack; another figure is another value of the same thing. */
function namesOther(terms: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...terms].some((term) => !others.has(term) && !/\p{N}/u.test(term));
}

/** True where some terms are all of others, and more. */
function hasMore(terms: readonly string[], others: readonly string[]): boolean {
  return terms.length > others.length && others.every((term) => terms.includes(term));
}

export function overlaps(one: Range, other: Range): boolean {
  return one.start < other.end && other.start < one.end;
}
