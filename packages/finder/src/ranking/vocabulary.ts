import type { Counts } from "./corpus.ts";
import type { Language } from "./languages.ts";
import { toTerms } from "./terms.ts";
import { countWords, forEachWord } from "./words.ts";

// The cache is emptied at this size, because its keys can keep the texts that they were cut from in memory.
const cacheSize = 20_000;

/** The terms that are looked for, by number. Counts of a text hold no other terms. */
export interface Vocabulary {
  readonly terms: readonly string[];
  numberOf(term: string): number | undefined;
  count(text: string): Counts;
  /** Length in words. */
  words(text: string): number;
}

/** Vocabulary of terms, each of which is a stem of one of the `languages`: a word of a text is stemmed in all of them. */
export function createVocabulary(wanted: Iterable<string>, languages: readonly Language[]): Vocabulary {
  const terms = [...new Set(wanted)];
  const numbers = new Map(terms.map((term, number) => [term, number]));
  const cache = new Map<string, readonly number[]>();
  const numbersOf = (word: string): readonly number[] => {
    const cached = cache.get(word);
    if (cached) return cached;
    const stems = new Set(languages.flatMap((language) => toTerms(word, language)));
    const found = [...stems].flatMap((term) => numbers.get(term) ?? []);
    if (cache.size >= cacheSize) cache.clear();
    cache.set(word, found);
    return found;
  };
  return {
    terms,
    numberOf: (term) => numbers.get(term),
    words: countWords,
    count(text) {
      const counts = new Map<number, number>();
      let words = 0;
      forEachWord(text, (word) => {
        words += 1;
        for (const number of numbersOf(word)) counts.set(number, (counts.get(number) ?? 0) + 1);
      });
      return { words, terms: counts };
    },
  };
}
