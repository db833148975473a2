// The declarations are named here for programs that import this file from another package, such as an app's own type-check.
// oxlint-disable-next-line typescript/triple-slash-reference -- there is no module to import
/// <reference path="./untyped-modules.d.ts" />
import { deu, eng, fra, ita, jpn, nld, por, spa, zho } from "stopword";
import stem from "wink-porter2-stemmer";
import { forEachWord, isUnspaced } from "./words.ts";

// Question words make a sentence a question, and say nothing of what is asked for.
const questionWords =
  "what when where who whom whose which why how many much long often far does did do done is are was were be been being has have had can could will would shall should may might must there name called kind type many".split(
    " ",
  );
const unspacedQuestionWords =
  "什么 甚么 多少 哪些 哪里 哪个 哪一 为何 为什 怎么 怎样 如何 何时 何人 是谁 几个 是什 么时 なに なぜ どこ いつ だれ どの どう 何の 何が 何を 誰が ですか ますか でし した です ます".split(
    " ",
  );
const spaced: Readonly<Record<string, ReadonlySet<string>>> = {
  eng: new Set([...eng, ...questionWords]),
  deu: new Set(deu),
  spa: new Set(spa),
  fra: new Set(fra),
  ita: new Set(ita),
  por: new Set(por),
  nld: new Set(nld),
};
const unspacedStops = new Set([...zho, ...jpn, ...unspacedQuestionWords]);

// Meaning words are not asked for: in "What does the word epoch mean?" only `epoch` is.
const asksForMeaning = /\b(?:mean|means|meaning|definition)\b/i;
const meaningWords = new Set("word term phrase mean means meaning definition".split(" "));

/** Index terms of one word: the word itself and the parts of a compound, each stemmed where it is plain Latin. */
export function toTerms(word: string): readonly string[] {
  const bare = word.endsWith("'s") ? word.slice(0, -2) : word;
  const parts = /[.'_-]/.test(bare) ? bare.split(/[.'_-]/).filter((part) => part.length > 1 || /[0-9]/.test(part)) : [];
  return [...new Set([bare, ...parts].map(stemmed))];
}

/** The stem of a word. What is longer than any word stays as it is: the stemmer takes minutes for 100 KB of one letter. */
function stemmed(word: string): string {
  return /^[a-z]{3,60}$/.test(word) ? stem(word) : word;
}

/** Terms that a question asks for: each once, without stop words. Empty where the question has only those. */
export function questionTerms(question: string): readonly string[] {
  const words: string[] = [];
  forEachWord(question, (word) => words.push(word));
  const stops = spaced[languageOf(words)];
  const told = words.filter((word) => (isUnspaced(word) ? !unspacedStops.has(word) : !stops?.has(word.replace(/'s$/, ""))));
  const named = asksForMeaning.test(question) ? told.filter((word) => !meaningWords.has(word)) : told;
  const kept = named.length > 0 ? named : told;
  return [...new Set(kept.flatMap((word) => toTerms(word)))].filter((term) => term !== "");
}

/** Set of all terms of a text, by which two passages are compared. */
export function termSet(text: string): ReadonlySet<string> {
  const terms = new Set<string>();
  forEachWord(text, (word) => {
    if (isUnspaced(word) ? unspacedStops.has(word) : spaced["eng"]?.has(word)) return;
    for (const term of toTerms(word)) terms.add(term);
  });
  return terms;
}

/** Share of the terms of two sets that both have, 0 to 1. */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = sharedCount(one, other);
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** Share of one set that another holds, 0 to 1; nothing holds an empty one. */
export function shareIn(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return one.size === 0 ? 0 : sharedCount(one, other) / one.size;
}

function sharedCount(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [small, large] = one.size <= other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const term of small) if (large.has(term)) shared += 1;
  return shared;
}

/** Language whose stop words a question uses most; English where it uses none. */
function languageOf(words: readonly string[]): string {
  let best = "eng";
  let most = 0;
  for (const [language, stops] of Object.entries(spaced)) {
    const count = words.filter((word) => stops.has(word)).length;
    if (count > most) [best, most] = [language, count];
  }
  return best;
}
