import { askedContent, type Question } from "@tasuki/contracts/artifacts/brief";
import type { Run } from "@tasuki/contracts/artifacts/run";
import { type Document, sourceBlockKinds } from "@tasuki/protocol";
import type { Range } from "@tasuki/contracts";
import type { KnownBlock } from "./blocks.ts";
import { writesCompounds } from "./compounds.ts";
import { buildCorpus, type Corpus, type Counts, passagesAt, type Source } from "./corpus.ts";
import { findQuotes } from "./find-quotes.ts";
import type { Quote } from "./pick-quotes.ts";
import { findFurniture } from "./furniture.ts";
import { createQuery, type Query } from "./rank-passages.ts";
import { splitQuestion } from "./split-question.ts";
import { type Language } from "./languages.ts";
import { languageOf } from "./language-of.ts";
import { languageBy, questionTerms, toTerms } from "./terms.ts";
import { createVocabulary, type Vocabulary } from "./vocabulary.ts";
import { isUnspaced, wordsOf } from "./words.ts";

const furniture = new Set(Object.entries(sourceBlockKinds).flatMap(([kind, { isFurniture }]) => (isFurniture ? [kind] : [])));

// A compound is one term, of which a text seldom has all: a coverage of 0.4 in English is one of 0.35 in German, measured in both kinds of error (XQuAD).
const compoundCoverage = 1.12;
// Part that a term counts for that stands beside a quotation only, in the passage of some 130 words that it is from. Whether the sources answer is told more often
// by .004 in Spanish, and by .002 in English and German (area under the ROC curve, XQuAD).
const besides = 0.4;
// Share that is left of a coverage by headings alone.
const byHeading = 0.4;
// Limit of that, as a share of what the quotation itself has: one that has nothing of a question is not saved by its neighbours.
const mostBesides = 4 / 3;

/** A source text, and the id that candidates name it by. */
export interface SourceText extends Source {
  readonly document: Document<string>;
}

/** Source texts under the ids that run.json gives them. The id of a text that nano collected is in its file's name: `N1.txt` is N1. */
export function sourceTextsOf(run: Run, documents: readonly Document<string>[]): readonly SourceText[] {
  const ids = new Map(run.sources.flatMap(({ id, text }) => (text ? [[text.name, id] as const] : [])));
  const blocks = new Map(run.sources.flatMap(({ text, blocks }) => (text && blocks ? [[text.name, blocks] as const] : [])));
  return documents.map((document) => ({
    id: ids.get(document.name) ?? document.name.replace(/\.txt$/, ""),
    text: document.value,
    known: joinBlocks(toKnownBlocks(document.value, blocks.get(document.name) ?? []), findFurniture(document.value)),
    document,
  }));
}

/** Blocks that run.json tells of a text, as far as they change what is quoted, by UTF-16 positions. Those out of their order are left out. */
function toKnownBlocks(text: string, blocks: NonNullable<Run["sources"][number]["blocks"]>): KnownBlock[] {
  const bytes = blocks.length === 0 ? undefined : Buffer.from(text, "utf8");
  const known: KnownBlock[] = [];
  let [byte, position] = [0, 0];
  const positionOf = (to: number): number => {
    position += bytes?.toString("utf8", byte, to).length ?? 0;
    byte = to;
    return position;
  };
  for (const { from, to, kind } of blocks) {
    if (from < byte || to < from || to > (bytes?.length ?? 0)) continue;
    const used = furniture.has(kind) ? "furniture" : kind === "table" || kind === "code" ? kind : undefined;
    const [start, end] = [positionOf(from), positionOf(to)];
    if (used !== undefined) known.push({ start, end, kind: used });
  }
  return known;
}

/** Blocks that an extraction told, and of those that their text alone shows the ones that lie outside of them. */
function joinBlocks(told: readonly KnownBlock[], seen: readonly KnownBlock[]): readonly KnownBlock[] {
  let next = 0;
  const free = seen.filter(({ start, end }) => {
    while ((told[next]?.end ?? Infinity) <= start) next += 1;
    return (told[next]?.start ?? Infinity) >= end;
  });
  return free.length === 0 ? told : [...told, ...free].sort((one, other) => one.start - other.start);
}

export interface Progress {
  /** Called after each source. */
  readonly progress?: ((note?: string) => void) | undefined;
}

interface QuestionPart {
  readonly text: string;
  readonly query: Query;
}

/** The sources, indexed for the terms that the questions of a brief ask for. */
export interface Search {
  readonly corpus: Corpus;
  readonly vocabulary: Vocabulary;
  readonly questions: readonly {
    readonly id: string;
    /** Language of its stop words and stems. */
    readonly language: Language;
    /** Code of the language that it is asked in; undefined where it has no evidence of any. */
    readonly askedIn?: string | undefined;
    readonly parts: readonly QuestionPart[];
  }[];
  /** Codes of the languages that the sources are in, as far as they are known. */
  readonly spoken: ReadonlySet<string>;
  /**
   * Coverage by passages: the share of what a question asks for that stands in them or in the headings above them, by the part of the question that they
   * cover best; 0 to 1. What stands beside them counts in part.
   */
  coverage(places: readonly Place[]): (question: string) => number;
  /** Words of a question, as it has them, of which nothing stands in passages or in the headings above them. */
  lacking(places: readonly Place[], question: string): readonly string[];
}

/** Range of a source's text. */
interface Place extends Range {
  /** Index of the source. */
  readonly source: number;
}

/** Search over sources, each of which is read once. Only positions and counts of the terms asked for are kept. */
export function createSearch(sources: readonly Source[], { questions, progress }: { questions: readonly Question[] } & Progress): Search {
  const spoken = new Set(sources.flatMap(({ text }) => languageOf(text) ?? []));
  const asked = questions.map(({ id, text }) => {
    const askedIn = languageOf(text, spoken);
    const language = languageBy(askedIn);
    return {
      id,
      askedIn,
      language,
      parts: splitQuestion(askedContent(text), language).map((part) => ({ text: part, terms: questionTerms(part, language) })),
    };
  });
  const vocabulary = createVocabulary(
    asked.flatMap(({ parts }) => parts.flatMap(({ terms }) => terms.terms)),
    [...new Set(asked.map(({ language }) => language))],
  );
  const corpus = buildCorpus(sources, vocabulary, () => progress?.());
  const prepared = asked.map(({ id, askedIn, language, parts }) => ({
    id,
    askedIn,
    language,
    parts: parts.map(({ text, terms }) => ({ text, query: createQuery(corpus, vocabulary, terms) })),
  }));
  const byId = new Map(prepared.map((question) => [question.id, question]));
  const textOf = ({ source, start, end }: Place): string => sources[source]?.text.slice(start, end) ?? "";
  /** Counts of what passages say, with the headings above them. */
  const countsOf = (places: readonly Place[]): Counts["terms"] => {
    const headings = places.flatMap((place) => corpus.sections[passagesAt(corpus, place)[0]?.section ?? -1]?.path ?? []);
    return vocabulary.count([...headings, ...places.map(textOf)].join("\n")).terms;
  };
  return {
    corpus,
    vocabulary,
    questions: prepared,
    spoken,
    coverage(places) {
      const around = new Set(places.flatMap((place) => passagesAt(corpus, place)));
      const own = countsOf(places);
      const beside = vocabulary.count([...around].map(textOf).join("\n")).terms;
      const inOwn = (term: number): number => Math.min(1, own.get(term) ?? 0);
      const inBoth = (term: number): number => Math.max(inOwn(term), besides * Math.min(1, beside.get(term) ?? 0));
      // A heading says what all of its section is about: a sentence without a word of the question is the answer where it is most of the section.
      const aside = places.every((place) => isAside(corpus, place)) ? vocabulary.count(places.map(textOf).join("\n")).terms : undefined;
      return (id) => {
        const { parts = [], language } = byId.get(id) ?? {};
        const shares = parts.map(({ query }) => {
          const share = Math.min(mostBesides * coverageOf(query, vocabulary, inOwn), coverageOf(query, vocabulary, inBoth));
          return aside && !query.needed.some((term) => aside.has(term)) ? share * byHeading : share;
        });
        const best = Math.max(0, ...shares);
        return Math.min(1, best * (language && writesCompounds(language) ? compoundCoverage : 1));
      };
    },
    lacking(places, id) {
      const { parts = [], language = languageBy("en") } = byId.get(id) ?? {};
      const own = countsOf(places);
      return parts.flatMap(({ text, query }) => {
        const absent = new Set(query.needed.filter((term) => !own.has(term)).map((term) => vocabulary.terms[term]));
        const words = wordsOf(text, (word) => toTerms(word, language).some((term) => absent.has(term)));
        return words.map((word) => asWritten(text, word));
      });
    },
  };
}

/** Quotations for a question, best first. Of a question with several parts the best of each part come first, then the second of each. */
export function rankQuotes({ corpus, vocabulary, questions }: Search, question: string, quota: number): readonly Quote[] {
  const { parts = [], language = languageBy("en") } = questions.find(({ id }) => id === question) ?? {};
  const found = parts.map(({ text, query }) => findQuotes({ corpus, vocabulary, query }, { text, language }, quota));
  const ranks = Array.from({ length: quota }, (_, rank) => found.flatMap((list) => list[rank] ?? []));
  return ranks.flat().slice(0, Math.max(quota, parts.length));
}

/** A word of a text, which is in lower case, as the text has it. */
function asWritten(text: string, word: string): string {
  const at = text.toLowerCase().indexOf(word);
  return at === -1 ? word : text.slice(at, at + word.length);
}

/** True for a range that is less than half of what its section says. */
function isAside(corpus: Corpus, place: Place): boolean {
  const [passage] = passagesAt(corpus, place);
  const { start, end } = corpus.sections[passage?.section ?? -1]?.passages ?? { start: 0, end: 0 };
  const [from, to] = [corpus.passages[start]?.start ?? place.start, corpus.passages[end - 1]?.end ?? place.end];
  return (place.end - place.start) * 2 < to - from;
}

/**
 * Coverage of a question: the idf of the terms, each by how much of it is `standing` in a text (0 to 1), as a share of the idf of all; 0 where there are no terms.
 * At least 0.6 rejects nine in ten questions that the sources don't answer and keeps three in four of those they do (XQuAD).
 */
function coverageOf(query: Query, vocabulary: Vocabulary, standing: (term: number) => number): number {
  let [found, all, unspaced] = [0, 0, 0];
  for (const term of query.needed) {
    const idf = query.idf(term);
    all += idf;
    found += idf * standing(term);
    if (isUnspaced(vocabulary.terms[term] ?? "")) unspaced += idf;
  }
  if (all === 0) return 0;
  // Terms of unspaced scripts are pairs of characters, half of which lie across two words and recur by chance only. A coverage of
  // 0.6 in English is one of 0.3 in Chinese, measured in both kinds of error (XQuAD).
  return Math.min(1, (found / all) * (1 + (query.acrossWords * unspaced) / all));
}
