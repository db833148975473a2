import type { Corpus, Counts } from "./corpus.ts";
import type { QuestionTerms } from "./terms.ts";
import type { Vocabulary } from "./vocabulary.ts";

// Weights and parameters: measured on XQuAD and the Debian FAQ, where headings count most (bench/quality.ts measures them again).
const body = { k1: 1.2, b: 0.75, heading: 1.5 };
const headings = { k1: 0.8, b: 0.3, weight: 0.5 };
// Passages that a corpus counts for at least. In one of a single page, a word that it has not would weigh as much as five that it has.
const fewestPassages = 5;

export interface RankedPassage {
  /** Index of the passage. */
  readonly passage: number;
  readonly score: number;
}

/** A question against one corpus: the numbers of its terms, and the idf of each. */
export interface Query {
  readonly terms: readonly number[];
  /** Those that an answer must have. */
  readonly needed: readonly number[];
  readonly acrossWords: number;
  idf(term: number): number;
}

/** Query of terms with BM25's smoothed inverse document frequency, in which a term of a passage's headings counts as one of the passage. */
export function createQuery(corpus: Corpus, vocabulary: Vocabulary, { terms, needed, acrossWords }: QuestionTerms): Query {
  const numbers = terms.flatMap((term) => vocabulary.numberOf(term) ?? []);
  const total = Math.max(corpus.passages.length, fewestPassages);
  const idf = new Map(numbers.map((term) => [term, idfOf(total, passagesWith(corpus, term).size)]));
  const isNeeded = (term: number): boolean => needed.has(vocabulary.terms[term] ?? "");
  return { terms: numbers, needed: numbers.filter(isNeeded), acrossWords, idf: (term) => idf.get(term) ?? 0 };
}

// Passages that a corpus is thought to have more, none of which has the term. In one of a page, a term that is missing would else weigh five times what one
// that is there does, and a question was not answered for one word of its own.
const otherPassages = 50;

function idfOf(total: number, having: number): number {
  return Math.log(1 + (total + otherPassages - having + 0.5) / (having + 0.5));
}

/** Best passages for a query, best first; those that tie keep the order of the sources. Scores are relative to the best: at most 1.5. */
export function rankPassages(corpus: Corpus, query: Query, most: number): RankedPassage[] {
  const { passages, sections, titled } = corpus;
  const inBody = new Map<number, number>();
  const inHeading = new Map<number, number>();
  const { meanWords, meanHeading } = lengthsOf(corpus);

  for (const term of query.terms) {
    const idf = query.idf(term);
    for (const [index, count] of passagesWith(corpus, term)) {
      const passage = passages[index];
      const section = sections[passage?.section ?? -1];
      if (passage === undefined || section === undefined) continue;
      const tf = count + body.heading * (section.pathCounts.terms.get(term) ?? 0);
      const length = passage.words + body.heading * section.pathCounts.words;
      inBody.set(index, (inBody.get(index) ?? 0) + idf * saturated(tf, { ...body, length: length / meanWords }));
    }
    for (const index of titled[term] ?? []) {
      const { words = 0, terms } = sections[index]?.lastCounts ?? {};
      const tf = terms?.get(term) ?? 0;
      if (tf > 0) inHeading.set(index, (inHeading.get(index) ?? 0) + idf * saturated(tf, { ...headings, length: words / meanHeading }));
    }
  }

  const bestBody = largest(inBody.values());
  const bestHeading = largest(inHeading.values());
  const ranked: RankedPassage[] = [];
  for (const [passage, score] of inBody) {
    if (score <= 0) continue;
    const heading = inHeading.get(passages[passage]?.section ?? -1) ?? 0;
    ranked.push({ passage, score: score / bestBody + (bestHeading > 0 ? (headings.weight * heading) / bestHeading : 0) });
  }
  return ranked.sort((one, other) => other.score - one.score || one.passage - other.passage).slice(0, most);
}

interface Lengths {
  readonly meanWords: number;
  readonly meanHeading: number;
}

const lengths = new WeakMap<Corpus, Lengths>();

/** Mean lengths of passages and of headings, in words, found once for all queries. */
function lengthsOf(corpus: Corpus): Lengths {
  const { passages, sections } = corpus;
  const found = lengths.get(corpus) ?? {
    meanWords: mean(passages.map(({ words, section }) => words + body.heading * (sections[section]?.pathCounts.words ?? 0))),
    meanHeading: mean(sections.map(({ lastCounts }) => lastCounts.words)),
  };
  lengths.set(corpus, found);
  return found;
}

/** Scores of short texts against each other: BM25 with the idf of the corpus. */
export function scoreTexts(query: Query, texts: readonly Counts[], { k1, b }: { k1: number; b: number }): number[] {
  const meanWords = mean(texts.map(({ words }) => words));
  return texts.map(({ words, terms }) => {
    let score = 0;
    for (const term of query.terms) {
      const tf = terms.get(term) ?? 0;
      if (tf > 0) score += query.idf(term) * saturated(tf, { k1, b, length: words / meanWords });
    }
    return score;
  });
}

/** Passages that hold a term in their text or in their headings, with the count in the text. */
function passagesWith({ postings, titled, sections }: Corpus, term: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const flat = postings[term] ?? [];
  for (let at = 0; at < flat.length; at += 2) found.set(flat[at] ?? 0, flat[at + 1] ?? 0);
  for (const section of titled[term] ?? []) {
    const { start, end } = sections[section]?.passages ?? { start: 0, end: 0 };
    for (let passage = start; passage < end; passage += 1) if (!found.has(passage)) found.set(passage, 0);
  }
  return found;
}

function saturated(tf: number, { k1, b, length }: { k1: number; b: number; length: number }): number {
  return (tf * (k1 + 1)) / (tf + k1 * (1 - b + b * length));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 1 : Math.max(1, values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** The largest of values, which may be more than a call takes as arguments; 0 where there are none. */
export function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}
