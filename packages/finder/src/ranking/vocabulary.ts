import { type Compounds, createCompounds } from "./compounds.ts";
import type { Counts } from "./corpus.ts";
import type { Language } from "./languages.ts";
import { toTerms } from "./terms.ts";
import { countWords, forEachWord, inflectedRoot, isUnspaced } from "./words.ts";

// Part of an occurrence that a word counts for whose stem is another one, but begins as the term does: `interpretó` for `interpretación`. On XQuAD the
// first quote is right oftener by .007 in Spanish, .018 in German, .016 in Turkish, and by nothing in English.
const kinship = 0.5;
const leastShared = 5;
const shareOfLonger = 0.7;
const kindred = /^[\p{L}\p{M}]{5,60}$/u;

// The cache is emptied at this size, because its keys can keep the texts that they were cut from in memory.
const cacheSize = 20_000;

/** Facts of a word, which are the same wherever it stands. */
interface Known {
  /** Terms that it counts for, by number, and how much. */
  readonly occurrences: ReadonlyMap<number, number>;
  readonly parts: ReturnType<Compounds["partsOf"]>;
}

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
  const compounds = createCompounds(terms, languages);
  const cache = new Map<string, Known>();
  const beginning = Map.groupBy(
    [...terms.entries()].filter(([, term]) => kindred.test(term) && !isUnspaced(term)),
    ([, term]) => term.slice(0, leastShared),
  );
  const rooted = Map.groupBy(
    [...terms.entries()].filter(([, term]) => inflectedRoot(term) !== undefined),
    ([, term]) => inflectedRoot(term),
  );
  /** Terms that are forms of a word which one of the characters of a pair writes: 開館 for 開い. */
  const rootsOf = (pair: string): readonly number[] =>
    rooted.size > 0 && isUnspaced(pair)
      ? Array.from(pair)
          .flatMap((root) => rooted.get(root) ?? [])
          .map(([number]) => number)
      : [];
  const kinOf = (stem: string): readonly number[] =>
    kindred.test(stem)
      ? (beginning.get(stem.slice(0, leastShared)) ?? []).flatMap(([number, term]) => (areKin(stem, term) ? [number] : []))
      : [];
  const read = (word: string): Known => {
    const cached = cache.get(word);
    if (cached) return cached;
    const stems = new Set(languages.flatMap((language) => toTerms(word, language)));
    const occurrences = new Map([...[...stems].flatMap(kinOf), ...rootsOf(word)].map((number) => [number, kinship]));
    for (const stem of stems) for (const [number, weight] of compounds.within(stem)) raise(occurrences, number, weight);
    for (const stem of stems) {
      const number = numbers.get(stem);
      if (number !== undefined) occurrences.set(number, 1);
    }
    const found = { occurrences, parts: [...stems].flatMap((stem) => compounds.partsOf(stem)) };
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
      const parts: Known["parts"][number][] = [];
      let words = 0;
      forEachWord(text, (word) => {
        words += 1;
        const known = read(word);
        for (const [number, weight] of known.occurrences) counts.set(number, (counts.get(number) ?? 0) + weight);
        for (const part of known.parts) parts.push(part);
      });
      for (const [number, weight] of compounds.complete(parts)) counts.set(number, (counts.get(number) ?? 0) + weight);
      return { words, terms: counts };
    },
  };
}

function raise(weights: Map<number, number>, number: number, weight: number): void {
  if (weight > (weights.get(number) ?? 0)) weights.set(number, weight);
}

/** True for two stems that share their beginning, and little else: forms of one word that stemming keeps apart. */
function areKin(one: string, other: string): boolean {
  let shared = leastShared;
  while (shared < one.length && one[shared] === other[shared]) shared += 1;
  return shared >= shareOfLonger * Math.max(one.length, other.length);
}
