import type { Range } from "@tasuki/contracts";
import { areDifferent, claimsOf } from "./contradictions.ts";
import { markStart } from "./blocks.ts";
import type { Corpus } from "./corpus.ts";
import { asksWay, createCue } from "./cues.ts";
import type { Language } from "./languages.ts";
import { passageSentences } from "./passage-sentences.ts";
import { largest, type Query, type RankedPassage, rankPassages, scoreTexts } from "./rank-passages.ts";
import { jaccard, termSet } from "./terms.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A verbatim quotation: a range of a source's text. */
export interface Quote extends Range {
  /** Index of the source. */
  readonly source: number;
  /** Index of the section. */
  readonly section: number;
  readonly score: number;
  /** Terms of the question that stand in the quotation. */
  readonly terms: readonly string[];
  /** True where the quotation holds what the question's form asks for: a date, a number, a name, a reason. */
  readonly cue: boolean;
  /** True for a row of a table. */
  readonly row: boolean;
}

const passagesKept = 24;
const windowsPerPassage = 3;
// Words of a window, measured on XQuAD: at 75 the first quote holds the answer in 84 % of cases, at 90 in 87 %; beyond they read as pages.
const windowWords = 90;
// Words of a window of numbered steps: what is done in steps is done with all of them, and no passage has more.
const procedureWords = 200;
const leastWords = 4;
const sentence = { k1: 1.2, b: 0.4 };
const weights = { anchor: 0.7, cue: 0.15, code: 0.3, long: 0.15, way: 0.8, title: 0.3 };
const alike = 0.55;
const least = 0.35;
const mostMarks = 10;
const asked = /[?？؟][\p{P}\s]*$/u;
// Beginnings of a sentence that leans on the one before it.
const leaning = /^(?:But|However|This|These|Those|That|It|They|He|She|His|Her|Its|Their|Such|Thus|Therefore|Instead|Also)\b/;

/**
 * Best quotes for one question, best first, at most `most` of them. None overlaps a better one, and none says the same as a better one,
 * unless the two differ in a figure or by a negation. The same arguments give the same quotes.
 */
export function findQuotes(
  { corpus, vocabulary, query }: { corpus: Corpus; vocabulary: Vocabulary; query: Query },
  { text: question, language }: { text: string; language: Language },
  most: number,
): Quote[] {
  const ranked = withoutSiblings(rankPassages(corpus, query, passagesKept), { corpus, vocabulary, query });
  const sentences = ranked.flatMap(({ passage }) => passageSentences(corpus, vocabulary, passage));
  const scores = scoreTexts(
    query,
    sentences.map(({ counts }) => counts),
    sentence,
  );
  const best = Math.max(largest(scores), Number.MIN_VALUE);
  const cueOf = createCue(question, language.code);
  const isWay = asksWay(question, language.code);
  const textOf = (source: number, { start, end }: Range): string => corpus.sources[source]?.text.slice(start, end) ?? "";

  const quotes: Quote[] = [];
  for (const { passage, score } of ranked) {
    const place = corpus.passages[passage];
    if (place === undefined) continue;
    const isTitle = wordsIn(corpus.sections[place.section]?.path.at(-1) ?? "") === wordsIn(question);
    const own = sentences.flatMap((one, at) => {
      if (one.passage !== passage) return [];
      const text = textOf(place.source, one);
      const cue = cueOf(text);
      const penalty = (one.code ? weights.code : 0) + (one.counts.words > 60 ? weights.long : 0);
      const isAsked = asked.test(text.slice(-mostMarks));
      return [{ ...one, at, cue, isAsked, words: one.counts.words, value: (scores[at] ?? 0) / best + weights.cue * cue - penalty }];
    });
    const groups = Map.groupBy(own, ({ group }) => group);
    // What only asks answers nothing, such as the questions of a list.
    const answering = new Set([...groups].flatMap(([group, sentences]) => (sentences.every(({ isAsked }) => isAsked) ? [] : [group])));
    const anchors = own
      // A paragraph of its own says something, however short: the `Twelve hours.` under its heading; and so does a step.
      .filter(
        ({ words, group, step }) =>
          answering.has(group) && (words >= leastWords || (words > 0 && (step || groups.get(group)?.length === 1))),
      )
      .sort((one, other) => other.value - one.value || one.at - other.at);
    const taken: Range[] = [];
    for (const anchor of anchors) {
      if (taken.length === windowsPerPassage) break;
      if (taken.some((range) => overlaps(range, anchor))) continue;
      const window = growWindow(
        own,
        own.findIndex(({ at }) => at === anchor.at),
        {
          leans: leaning.test(textOf(place.source, anchor)),
          free: (next) => !taken.some((range) => overlaps(range, next)),
        },
      );
      taken.push(window);
      const range = withMarker(corpus.sources[place.source]?.text ?? "", window);
      const counts = vocabulary.count(textOf(place.source, range));
      quotes.push({
        ...range,
        source: place.source,
        section: place.section,
        score: Math.max(
          0,
          score + weights.anchor * anchor.value + (isWay && anchor.step ? weights.way : 0) + (isTitle ? weights.title : 0),
        ),
        terms: query.terms.filter((term) => counts.terms.has(term)).flatMap((term) => vocabulary.terms[term] ?? []),
        cue: anchor.cue > 0,
        row: anchor.row,
      });
    }
  }
  return pick(quotes, { most, textOf });
}

/**
 * Passages without those that have nothing of the question but a chapter above them, where another passage has as much of it itself: in a chapter of
 * questions and answers, they are about another question.
 */
function withoutSiblings(
  ranked: readonly RankedPassage[],
  { corpus, vocabulary, query }: { corpus: Corpus; vocabulary: Vocabulary; query: Query },
): readonly RankedPassage[] {
  const own = ranked.map(({ passage }): ReadonlySet<number> => {
    const { section, source, ...range } = corpus.passages[passage] ?? { section: -1, source: -1, start: 0, end: 0 };
    const heading = corpus.sections[section]?.path.at(-1) ?? "";
    const { terms } = vocabulary.count(`${heading}\n${corpus.sources[source]?.text.slice(range.start, range.end) ?? ""}`);
    return new Set(query.terms.filter((term) => terms.has(term)));
  });
  return ranked.filter(({ passage }, at) => {
    const above = corpus.sections[corpus.passages[passage]?.section ?? -1]?.pathCounts.terms;
    const named = query.terms.filter((term) => above?.has(term));
    return own[at]?.size !== 0 || named.length === 0 || !own.some((terms) => named.every((term) => terms.has(term)));
  });
}

interface WindowSentence extends Range {
  /** Sentences of different groups (a paragraph, a list) don't share a window. */
  readonly group: number;
  readonly words: number;
  readonly step: boolean;
}

/**
 * Window around the sentence at `anchor`, to about 90 words, more of numbered steps: one sentence back where the anchor leans on it, then forward, then back.
 * The window stays in the anchor's group and ends before a sentence that is not `free`.
 */
function growWindow(
  sentences: readonly WindowSentence[],
  anchor: number,
  { leans, free }: { leans: boolean; free: (sentence: WindowSentence) => boolean },
): Range {
  const middle = sentences[anchor];
  if (middle === undefined) throw new Error("the anchor is one of the sentences");
  const most = middle.step ? procedureWords : windowWords;
  let [first, last, words] = [anchor, anchor, middle.words];
  const take = (at: number): boolean => {
    const next = sentences[at];
    if (next === undefined || next.group !== middle.group || words + next.words > most || !free(next)) return false;
    words += next.words;
    return true;
  };
  if (leans && take(anchor - 1)) first -= 1;
  while (take(last + 1)) last += 1;
  while (take(first - 1)) first -= 1;
  return { start: sentences[first]?.start ?? middle.start, end: sentences[last]?.end ?? middle.end };
}

/** Quotes worth keeping: those with at least 0.35 of the best score, without repetitions. */
function pick(quotes: readonly Quote[], { most, textOf }: { most: number; textOf: (source: number, range: Range) => string }): Quote[] {
  const ranked = [...quotes].sort((one, other) => other.score - one.score || one.source - other.source || one.start - other.start);
  const picked: { quote: Quote; text: string; terms: ReadonlySet<string> }[] = [];
  const floor = least * (ranked[0]?.score ?? 0);
  for (const quote of ranked) {
    if (picked.length === most || quote.score < floor) break;
    if (quote.terms.length === 0 && quote.score <= 0) continue;
    // Each row has the names of the columns that are asked for: of those that have no more, nobody asks.
    if (quote.row && picked.some((other) => other.quote.row && other.quote.section === quote.section && hasMore(other.quote, quote)))
      continue;
    const text = textOf(quote.source, quote);
    const terms = termSet(text);
    const again = picked.some(
      (other) =>
        (other.quote.source === quote.source && overlaps(other.quote, quote)) ||
        (jaccard(other.terms, terms) >= alike && !areDifferent(claimsOf(other.text), claimsOf(text))),
    );
    if (!again) picked.push({ quote, text, terms });
  }
  return picked.map(({ quote }) => quote);
}

/** True where a quotation has all terms of another one, and others. */
function hasMore(one: Quote, other: Quote): boolean {
  return one.terms.length > other.terms.length && other.terms.every((term) => one.terms.includes(term));
}

/** Range from the mark of the list item that it begins with, where more items follow, so that they read as one list. */
function withMarker(text: string, { start, end }: Range): Range {
  return { start: /\n[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]/.test(text.slice(start, end)) ? markStart(text, start) : start, end };
}

/** The words of a text alone, to compare a question with the heading that it may be. */
function wordsIn(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(" ");
}

function overlaps(one: Range, other: Range): boolean {
  return one.start < other.end && other.start < one.end;
}
