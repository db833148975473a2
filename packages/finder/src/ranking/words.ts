// Scripts that don't part words by spaces, and Korean, whose words carry endings, are indexed by pairs of characters.
const unspacedClass = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}ー々";
const unspaced = new RegExp(`[${unspacedClass}]`, "v");
const letter = `[[\\p{L}\\p{N}\\p{M}]--[${unspacedClass}]]`;
// Soft hyphens, zero-width spaces and joiners, marks of direction: they take no part in matching, wherever they stand.
const unseen = /\p{Default_Ignorable_Code_Point}/gu;
// The hyphen, and the one that no line is broken at, are that of the keyboard.
const word = new RegExp(`[${unspacedClass}]+|${letter}+(?:[.'’_\\-\u2010\u2011]${letter}+)*`, "gv");
// Reading of characters, in brackets behind them: 開館（かいかん）時間. The word goes on behind it, and it is a word of its own.
const reading = /(?<=\p{Script=Han})[(（]([\p{Script=Hiragana}\p{Script=Katakana}ー]{1,30})[)）]/gu;

/** Calls `found` with each word of a text, in lower case and NFKC. Two neighbouring characters of an unspaced script are a word. */
export function forEachWord(given: string, found: (word: string) => void): void {
  const seen = given.replaceAll(unseen, "");
  const readings: string[] = [];
  const text = seen.replaceAll(reading, (_, read: string) => (readings.push(read), ""));
  for (const read of readings) forEachBigram(normalize(read), found);
  word.lastIndex = 0;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    const [run] = match;
    if (run.charCodeAt(0) < 0x0e00 || !unspaced.test(run)) found(normalize(run));
    else forEachBigram(normalize(run), found);
  }
}

/** Words of a text that are wanted, each once, in its order. Neighbouring pairs of an unspaced script are one word again. */
export function wordsOf(text: string, isWanted: (word: string) => boolean): readonly string[] {
  const words: string[] = [];
  let last: string | undefined;
  forEachWord(text, (word) => {
    const before = last;
    last = isWanted(word) ? word : undefined;
    if (last === undefined) return;
    const joins = before !== undefined && isUnspaced(word) && isUnspaced(before) && before.at(-1) === Array.from(word)[0];
    if (joins) words.push(`${words.pop()}${Array.from(word).slice(1).join("")}`);
    else words.push(word);
  });
  return [...new Set(words)];
}

/** Count of the words of a text; two characters of an unspaced script count as one. */
export function countWords(given: string): number {
  const text = given.replaceAll(unseen, "");
  let count = 0;
  word.lastIndex = 0;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    const [run] = match;
    count += run.charCodeAt(0) < 0x0e00 || !unspaced.test(run) ? 1 : Math.ceil(Array.from(run).length / 2);
  }
  return count;
}

const particles = "はがをにのでともへや";
const inflected = new RegExp(`^\\p{Script=Han}[\\p{Script=Hiragana}--[${particles}]]$`, "v");
const pairOfOne = /^(?:[\p{Script=Han}々]{1,2}|[\p{Script=Katakana}ー]{1,2})$/u;

/** The character that a pair of a Japanese word's beginning and its ending is written with, which all its forms share: 開 of 開い and 開き. */
export function inflectedRoot(pair: string): string | undefined {
  return inflected.test(pair) ? Array.from(pair)[0] : undefined;
}

/** True for a pair that stands within one Japanese word, or at the end of its root. Others lie across two words, or are endings, particles and auxiliaries. */
export function isWithinWord(pair: string): boolean {
  return pairOfOne.test(pair) || inflected.test(pair);
}

export function isUnspaced(text: string): boolean {
  return unspaced.test(text);
}

function normalize(run: string): string {
  // ASCII is in NFKC already; most text is.
  const lower = run.toLowerCase();
  for (let at = 0; at < lower.length; at += 1)
    if (lower.charCodeAt(at) > 127) return lower.normalize("NFKC").replaceAll("’", "'").replaceAll("\u2010", "-");
  return lower;
}

function forEachBigram(run: string, found: (word: string) => void): void {
  const characters = Array.from(run);
  if (characters.length === 1) found(run);
  for (let at = 0; at + 1 < characters.length; at += 1) found(`${characters[at]}${characters[at + 1]}`);
}
