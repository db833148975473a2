import type { Range } from "@tasuki/contracts";
import { markStart } from "./blocks.ts";
import type { Corpus } from "./corpus.ts";
import { asksWay, createCue } from "./cues.ts";
import type { Language } from "./languages.ts";
import { overlaps, pickQuotes, type Quote } from "./pick-quotes.ts";
import { passageSentences } from "./passage-sentences.ts";
import { largest, type Query, type RankedPassage, rankPassages, scoreTexts } from "./rank-passages.ts";
import type { Vocabulary } from "./vocabulary.ts";

const passagesKept = 24;
const windowsPerPassage = 3;
// Words of a window, measured on XQuAD: at 75 the first quote holds the answer in 84 % of cases, at 90 in 87 %; beyond they read as pages.
const windowWords = 90;
// Words of a window of numbered steps: what is done in steps is done with all of them, and no passage has more.
const procedureWords = 200;
const leastWords = 4;
const sentence = { k1: 1.2, b: 0.4 };
const weights = { anchor: 0.7, cue: 0.15, code: 0.3, long: 0.15, way: 0.8, title: 0.3 };
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
  const wordsOfTerms = (isThere: (term: number) => boolean): string[] =>
    query.terms.filter(isThere).flatMap((term) => vocabulary.terms[term] ?? []);

  const quotes: Quote[] = [];
  for (const { passage, score } of ranked) {
    const place = corpus.passages[passage];
    if (place === undefined) continue;
    const heading = corpus.sections[place.section]?.path.at(-1) ?? "";
    const headed = vocabulary.count(heading).terms;
    const isTitle = wordsIn(heading) === wordsIn(question);
    const own = sentences.flatMap((one, at) => {
      if (one.passage !== passage) return [];
      const text = textOf(place.source, one);
      const cue = cueOf(text);
      const penalty = (one.code ? weights.code : 0) + (one.counts.words > 60 ? weights.long : 0);
      const isAsked = asked.test(text.slice(-mostMarks));
      return [{ ...one, at, cue, isAsked, words: one.counts.words, value: (scores[at] ?? 0) / best + weights.cue * cue - penalty }];
    });
    const groups = Map.groupBy(own, ({ group }) => group);
    // Sentences that only ask answer nothing, such as the questions of a list.
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
        terms: wordsOfTerms((term) => counts.terms.has(term)),
        heading,
        named: wordsOfTerms((term) => counts.terms.has(term) || headed.has(term)),
        cue: anchor.cue > 0,
        row: anchor.row,
      });
    }
  }
  return pickQuotes(quotes, { most, textOf });
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

/** Range from the mark of the list item that it begins with, where more items follow, so that they read as one list. */
function withMarker(text: string, { start, end }: Range): Range {
  return { start: /\n[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]/.test(text.slice(start, end)) ? markStart(text, start) : start, end };
}

/** The words of a text alone, to compare a question with the heading that it may be. */
function wordsIn(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(" ");
}
