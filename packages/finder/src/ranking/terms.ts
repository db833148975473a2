import { jpn, kor, tha, zho } from "stopword";
import { askingWords } from "./cues.ts";
import { type Language, languages } from "./languages.ts";
import { languageOf } from "./language-of.ts";
import { forEachWord, isUnspaced, isWithinWord } from "./words.ts";

// Question words of scripts that don't part words, as they are indexed: by pairs of characters.
const unspacedQuestionWords =
  "什么 甚么 多少 几点 几时 几号 几天 几个 多久 多长 多大 多高 多远 哪天 몇 哪些 哪里 哪个 哪一 为何 为什 怎么 怎样 如何 何时 何人 是谁 几个 是什 么时 なに なぜ どこ いつ だれ どの どう 何の 何が 何を 誰が ですか ますか でし した です ます 무엇 누구 언제 어디 어떤 어느 얼마 입니 니까 인가 은가 อะไร ใคร เมื่อ ไหน ทำไม อย่า เท่า".split(
    " ",
  );
const unspacedStops = new Set([...zho, ...jpn, ...kor, ...tha, ...unspacedQuestionWords]);

// Meaning words are not asked for: in "What does the word epoch mean?" only `epoch` is.
const asksForMeaning = /\b(?:mean|means|meaning|definition)\b/i;
const meaningWords = new Set("word term phrase mean means meaning definition".split(" "));

// Words that questions name their thing by, which say little beside others.
const naming = new Set(
  "name names type types kind kinds namen art arten nom noms genre nombre nombres tipo tipos nome nomes naam soort".split(" "),
);

/** Language by its code, for its stop words and stems; English where it has none, since words of Latin letters in other scripts mostly are. */
export function languageBy(code: string | undefined): Language {
  const language = languages.get(code ?? "en") ?? languages.get("en");
  if (language === undefined) throw new Error("English is one of the languages");
  return language;
}

/** Index terms of one word: the word itself and the parts of a compound, each stemmed as the language has it. */
export function toTerms(word: string, { stem, elided }: Language): readonly string[] {
  const whole = elided ? word.replace(elided, "") : word;
  const bare = whole.endsWith("'s") ? whole.slice(0, -2) : whole;
  // A decimal is one number: of 4.2 nobody is told who asks for 2. Dates and versions have parts.
  const parts =
    /[.'_-]/.test(bare) && !/^\d+\.\d+$/.test(bare) ? bare.split(/[.'_-]/).filter((part) => part.length > 1 || /[0-9]/.test(part)) : [];
  return [...new Set([bare, ...parts].map(stem))];
}

/** Terms that a question asks for, each once, without stop words. */
export interface QuestionTerms {
  /** Empty where the question has only stop words. */
  readonly terms: readonly string[];
  /** Those that an answer must have: all but what is asked for, such as `fast` of "How fast is it?" and `year` of "In what year was it built?". */
  readonly needed: ReadonlySet<string>;
  /** Pairs of characters of unspaced scripts that lie across two words, against half of all: 1 is half, 0 none. */
  readonly acrossWords: number;
}

export function questionTerms(question: string, language: Language): QuestionTerms {
  const { stops, elided } = language;
  const words: string[] = [];
  forEachWord(question, (word) => words.push(word));
  // A month within a sentence is no verb.
  const isMonth = (word: string): boolean => word === "may" && /[\p{L},]\s+May\b/u.test(question);
  const isJapanese = /\p{Script=Hiragana}/u.test(question);
  const isStop = (word: string): boolean =>
    !isMonth(word) &&
    (isUnspaced(word)
      ? unspacedStops.has(word)
      : stops.has(word) || stops.has(elided ? word.replace(elided, "") : word.replace(/'s$/, "")));
  const saying = words.filter((word) => !isStop(word));
  // A question that names its thing by nothing other asks for that: "What is the name?".
  const told = saying.length > 0 ? saying : words.filter((word) => naming.has(word));
  const named = asksForMeaning.test(question) ? told.filter((word) => !meaningWords.has(word)) : told;
  const kept = named.length > 0 ? named : told;
  const measure = language.measure?.exec(question)?.groups?.["measure"]?.toLowerCase();
  const asking = askingWords(question, language.code);
  const counted = new Set(words.filter((word, at) => words[at - 1]?.startsWith("何") && words[at - 1]?.endsWith(word.charAt(0))));
  // The grammar of a Japanese question, and 何 with what it counts, is most of its pairs; an answer has other endings.
  const isGrammar = (word: string): boolean =>
    isJapanese && isUnspaced(word) && (word.includes("何") || counted.has(word) || !isWithinWord(word));
  const needed = kept.filter((word) => word !== measure && !asking.has(word) && !isGrammar(word));
  const termsOf = (some: readonly string[]): string[] =>
    [...new Set(some.flatMap((word) => toTerms(word, language)))].filter((term) => term !== "");
  const isPruned = isJapanese && needed.length > 0;
  return { terms: termsOf(kept), needed: new Set(termsOf(needed.length > 0 ? needed : kept)), acrossWords: isPruned ? 0.25 : 1 };
}

/** Set of all terms of a text, by which two passages are compared. */
export function termSet(text: string, language = languageBy(languageOf(text))): ReadonlySet<string> {
  const terms = new Set<string>();
  forEachWord(text, (word) => {
    if (isUnspaced(word) ? unspacedStops.has(word) : language.stops.has(word)) return;
    for (const term of toTerms(word, language)) terms.add(term);
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
