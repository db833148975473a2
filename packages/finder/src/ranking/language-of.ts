import { languages } from "./languages.ts";
import { forEachWord } from "./words.ts";

// Length of the beginning that a text's language is known by, characters.
const sample = 20_000;
// Share of the characters of a text from which on its script tells its language; the rest may be names in another script.
const scriptShare = 0.3;
// A language that the sources are in is as likely as one that a question has twice the evidence for: `Was` begins questions in two languages.
const likelier = 2;

const scripts = [
  { code: "ja", characters: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu },
  { code: "ko", characters: /\p{Script=Hangul}/gu },
  { code: "th", characters: /\p{Script=Thai}/gu },
  { code: "zh", characters: /\p{Script=Han}/gu },
];

/** Weights of a stop word by language: one that many languages have says little. */
const evidence = new Map<string, readonly (readonly [code: string, weight: number])[]>();
for (const word of new Set([...languages.values()].flatMap(({ stops }) => [...stops]))) {
  if (!/\p{L}/u.test(word)) continue;
  const codes = [...languages.values()].filter(({ stops }) => stops.has(word)).map(({ code }) => code);
  evidence.set(
    word,
    codes.map((code) => [code, 1 / codes.length] as const),
  );
}

/**
 * Language that a text is in, as a code of ISO 639-1: by its script, else by its stop words; undefined where it has no evidence of any. The same text
 * is given the same language, whatever else is `likely`, unless its evidence is weak.
 */
export function languageOf(text: string, likely: ReadonlySet<string> = new Set()): string | undefined {
  const beginning = text.slice(0, sample);
  const letters = beginning.match(/\p{L}/gu)?.length ?? 0;
  const unspaced = scripts.map(({ code, characters }) => ({ code, count: beginning.match(characters)?.length ?? 0 }));
  const share = unspaced.reduce((sum, { count }) => sum + count, 0) / Math.max(1, letters);
  // Japanese has Chinese characters too, so the first script that is there in earnest tells.
  const script = unspaced.find(({ count }) => count > 0 && count >= 0.05 * letters);
  if (share >= scriptShare && script) return script.code;

  const scores = new Map<string, number>();
  forEachWord(beginning, (word) => {
    for (const [code, weight] of evidence.get(word) ?? []) scores.set(code, (scores.get(code) ?? 0) + weight);
  });
  let best: { code: string; score: number } | undefined;
  for (const [code, score] of scores) {
    const weighed = likely.has(code) ? score * likelier : score;
    if (weighed > (best?.score ?? 0)) best = { code, score: weighed };
  }
  return best?.code ?? (likely.size === 1 ? [...likely][0] : undefined);
}
