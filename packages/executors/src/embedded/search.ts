import type { Question } from "@tasuki/contracts";
import { buildCorpus, type Corpus, type Source } from "../ranking/corpus.ts";
import { coverageOf } from "../ranking/coverage.ts";
import { createQuery, type Query } from "../ranking/rank-passages.ts";
import { questionTerms } from "../ranking/terms.ts";
import { createVocabulary, type Vocabulary } from "../ranking/vocabulary.ts";
import { splitQuestion } from "./split-question.ts";

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
  readonly questions: readonly { readonly id: string; readonly parts: readonly QuestionPart[] }[];
  /** How much of what a question asks for stands in a text, by the part that it covers best; 0 to 1. */
  coverage(question: string, text: string): number;
}

/** Reads the sources once. Nothing of them is kept but positions and counts of the terms asked for. */
export function createSearch(sources: readonly Source[], { questions, progress }: { questions: readonly Question[] } & Progress): Search {
  const asked = questions.map(({ id, text }) => ({
    id,
    parts: splitQuestion(text).map((part) => ({ text: part, terms: questionTerms(part) })),
  }));
  const vocabulary = createVocabulary(asked.flatMap(({ parts }) => parts.flatMap(({ terms }) => terms)));
  const corpus = buildCorpus(sources, vocabulary, () => progress?.());
  const prepared = asked.map(({ id, parts }) => ({
    id,
    parts: parts.map(({ text, terms }) => ({ text, query: createQuery(corpus, vocabulary, terms) })),
  }));
  const partsOf = new Map(prepared.map(({ id, parts }) => [id, parts]));
  return {
    corpus,
    vocabulary,
    questions: prepared,
    coverage: (question, text) => Math.max(0, ...(partsOf.get(question) ?? []).map(({ query }) => coverageOf(query, vocabulary, text))),
  };
}
