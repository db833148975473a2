import { type Enclosure, enclosuresIn, type Range } from "./enclosures.ts";
import { beginsSentence } from "./language.ts";
import { firstOf, type Mark, near, opening, restAfter, wordAfter, wordBefore } from "./sentence-marks.ts";
import { isInDate, isOrdinal, listNumber } from "./sentence-numbers.ts";
import { abbreviations, afterQuote, timeZones } from "./sentence-rules.ts";

export type { Range } from "./enclosures.ts";

const { inner, numbered, last, named } = abbreviations;
const [goesOnJapanese, goesOnChinese] = [new RegExp(`^(?:${afterQuote.ja})`), new RegExp(`^(?:${afterQuote.zh})`)];

const marks = /[\p{Sentence_Terminal}…‥]+/gu;
const wide = /[。！？｡．]/;
// Small letters that begin a sentence before a capital: ’s Avonds, von Holten.
const smallStart = /^\s+(?:['’][stn]|von|van|de|di|da|du|del|della|zu|ter)\s\p{Lu}/u;
const kana = /[\p{sc=Hiragana}\p{sc=Katakana}]/u;
const cjk = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
// Marks that close what they follow: quotes and brackets whose other half is missing, emphasis, marks of footnotes.
const closing = /^(?:["'”’»)\]}*_~`]|\[(?:\d{1,3}|\^[^\]\s]{1,20})\]|[¹²³⁰⁴-⁹])+/u;

/**
 * Splits a block of prose into sentences, each without the space around it. Line ends inside the block count as spaces. What ends a sentence
 * is judged by what stands beside the mark (`sentence-rules.ts` has the abbreviations, ordinals and names of months by language); quotations
 * and brackets are not parted while the sentence around them goes on.
 *
 * ```ts
 * splitSentences("Es gilt bis 3. März. Dann nicht mehr."); // [{ start: 0, end: 20 }, { start: 21, end: 37 }]
 * ```
 */
export function splitSentences(text: string, block: Range = { start: 0, end: text.length }): Range[] {
  const flat = text.slice(block.start, block.end).replaceAll(/[\r\n\f\t\u2028\u2029\u0085\v]/g, " ");
  const enclosures = enclosuresIn(flat);
  const found: Range[] = [];
  let [start, next] = [firstOf(flat, 0), 0];
  let listed: number | undefined;
  marks.lastIndex = 0;
  for (let match = marks.exec(flat); match !== null; match = marks.exec(flat)) {
    const at = match.index;
    const to = at + match[0].length;
    if (at < start) continue;
    while ((enclosures[next]?.end ?? Infinity) <= at) next += 1;
    const around = enclosures[next];
    const closed = around && around.start < at ? around : undefined;
    if (closed && (closed.form === "title" || !/^[\s"'“”’‘»«›‹)\]）」*_]*$/u.test(flat.slice(to, Math.min(closed.end, to + near)))))
      continue;
    const from = closed ? closed.end : to;
    const end = from + (closing.exec(flat.slice(from, from + near))?.[0].length ?? 0);
    const mark = { start, at, end, run: match[0], closed };
    const number = listNumber(flat, mark, listed);
    if (number !== undefined) {
      listed = number;
      continue;
    }
    const following = enclosures[closed ? next + 1 : next];
    const ends = remarkEnd(flat, mark, following) ?? (endsSentence(flat, mark, following) ? end : undefined);
    if (ends === undefined) continue;
    found.push({ start, end: ends });
    start = firstOf(flat, ends);
  }
  const rest = flat.slice(start).trimEnd();
  if (rest !== "") found.push({ start, end: start + rest.length });
  return found.map((one) => ({ start: block.start + one.start, end: block.start + one.end }));
}

/** End of the bracket behind a question or exclamation that is a remark on it, and no sentence of its own: `Who made it? (see page 3) How?` */
function remarkEnd(flat: string, { end, run }: Mark, following: Enclosure | undefined): number | undefined {
  if (following?.form !== "bracket" || !/^[!?؟]+$/.test(run) || flat.slice(end, following.start).trim() !== "") return undefined;
  if (/[\p{Sentence_Terminal}…‥]/u.test(flat.slice(Math.max(following.start, following.end - 4), following.end))) return undefined;
  const rest = restAfter(flat, following.end);
  const first = rest.slice(opening.exec(rest)?.[0].length ?? 0).charAt(0);
  return rest.trim() === "" || /[\p{Lu}\p{Lt}\p{Lo}\d]/u.test(first) ? following.end : undefined;
}

function endsSentence(flat: string, mark: Mark, following: Enclosure | undefined): boolean {
  const { at, end, run, closed } = mark;
  if (run === "." && /\s|^$/.test(flat.charAt(at - 1))) return false;
  const rest = restAfter(flat, end);
  if (rest.trim() === "") return true;
  if (wide.test(run) || (closed && /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(rest))) return endsWide(flat, mark, rest);
  if (/^[,;:)\]}%/\\=&@]/.test(rest)) return false;
  const spaced = /^\s/.test(rest);
  if (closed && /^\p{L}/u.test(rest)) return false;
  const marksBefore = opening.exec(rest)?.[0] ?? "";
  const behind = rest.slice(marksBefore.length);
  const first = behind.charAt(0);
  const word = wordAfter(flat, end);
  // A bracket that holds a whole sentence is one of its own, whatever it begins with.
  if (
    following?.form === "bracket" &&
    following.start - end <= 2 &&
    spaced &&
    /[.!?]\s*[”"’]?.$/su.test(flat.slice(Math.max(following.start, following.end - 4), following.end))
  )
    return !isInner(wordBefore(flat, mark));
  const begins = beginsSentence(word);
  const capital = /[\p{Lu}\p{Lt}\p{Lo}]/u.test(first) || /[¿¡]/.test(marksBefore) || smallStart.test(rest);
  if (closed?.form === "bracket") return closed.start <= mark.start + 2 && spaced && (capital || /\d/.test(first));
  if (/^(?:[…‥]+|\.{2,})$/.test(run)) {
    if (!spaced || /\p{Lo}/u.test(first)) return spaced && /[다요까죠네오]/u.test(flat.charAt(at - 1));
    return capital;
  }
  if (/[!?؟]/.test(run)) {
    if (
      closed &&
      !begins &&
      !/[:,]\s?$/.test(flat.slice(Math.max(mark.start, closed.start - 2), closed.start)) &&
      closed.start > mark.start
    )
      return false;
    if (spaced || /["“„«»‘‚¿¡(*_[]/.test(rest.charAt(0))) return capital || /\d/.test(first) || isIdentifier(word);
    return capital && /[\p{Ll}\p{Lo}]/u.test(flat.charAt(at - 1)) && /^\p{Lu}\p{Ll}*[\s,]|^\p{Lo}/u.test(rest);
  }
  if (!spaced) {
    if (/^["“„«»‘‚¿¡]/.test(rest) && capital && /\p{Ll}{2}$/u.test(flat.slice(Math.max(0, at - 2), at))) return true;
    return endsUnspaced(flat, mark, rest);
  }
  // A word that ends in a vowel is no abbreviation.
  if (!capital && !/\d/.test(first))
    return (
      (isIdentifier(word) ? /\p{Ll}{3}$/u : /\p{Ll}{3}[aeiouy]$/u).test(flat.slice(Math.max(0, at - 4), at)) &&
      !isInner(wordBefore(flat, mark))
    );
  if (closed) return true;
  return endsAfter(wordBefore(flat, mark), { word, first, begins, lead: flat.slice(Math.max(mark.start, at - near), at), rest: behind });
}

/** The marks of Chinese and Japanese, behind which no space stands. */
function endsWide(flat: string, { start, at, end, run, closed }: Mark, rest: string): boolean {
  if (/^．$/.test(run) && /\d/u.test(flat.charAt(at - 1).normalize("NFKC")) && /\d/u.test(rest.charAt(0).normalize("NFKC"))) return false;
  if (/^[，、；：,;:）)」』]/.test(rest)) return false;
  if (closed?.form === "bracket") return closed.start <= start || /^[\s（(「“]/.test(rest);
  // A Chinese sentence goes on behind what it quotes, unless a colon brings it.
  if (closed && closed.start > start && !kana.test(flat.slice(Math.max(start, at - near), end + near)))
    return /[：:，]\s?$/.test(flat.slice(Math.max(start, closed.start - 2), closed.start));
  if (closed)
    return (
      !(goesOnJapanese.test(rest) && !/^[，、]/.test(rest)) &&
      !(closed.start <= start && goesOnChinese.test(rest)) &&
      !rest.startsWith("的")
    );
  return !(/[！？!?]/.test(run) && /^(?:と(?!ころ|ても|もか|にかく|はいえ|くに)|って)/.test(rest));
}

/** True where only the space is missing: `fertig.Danach kam`, 完成.然后. Names such as `node.Js` and addresses have a dot inside. */
function endsUnspaced(flat: string, { start, at }: Mark, rest: string): boolean {
  const before = flat.slice(Math.max(start, at - near), at);
  if (cjk.test(before.slice(-1))) return cjk.test(rest.charAt(0));
  if (/[^\d.]\d[\d.]*$/.test(before)) return /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(rest);
  const [, word = ""] = /^(\p{Lu}\p{Ll}*)[\s,'’]/u.exec(rest) ?? [];
  const [, said = ""] = /(?:^|\s)(["“„(]?[\p{L}'’-]*\p{Ll}{2}["”)]?)$/u.exec(before) ?? [];
  return word !== "" && said !== "" && !isInner(said) && (/^["“„(]?\p{Ll}/u.test(said) || beginsSentence(word));
}

interface After {
  /** The next word, and its first character. */
  readonly word: string;
  readonly first: string;
  readonly begins: boolean;
  /** Text before the mark, and behind it. */
  readonly lead: string;
  readonly rest: string;
}

/** True where a full stop before a capital or a digit ends a sentence, by the word that it stands behind. */
function endsAfter(said: string, { word, first, begins, lead, rest }: After): boolean {
  const digit = /\d/.test(first);
  if (/^\d{1,4}$/.test(said) && /^\d{1,2}\.(?!\d)/.test(rest)) return false;
  if (/^\d{1,3}$/.test(said)) {
    if (digit) return !/^\d{1,4}\.(?:\s|$)/.test(rest) && !/^\d{4}(?!\d)/.test(rest);
    return !isOrdinal(lead, word, begins);
  }
  if (isInner(said) || (digit && isInDate(said, { lead, rest }))) return false;
  // Plan A or B. What follows is another sentence: letters that are joined are no initials.
  if (/(?<!\p{L})\p{Lu}\s(?:and|or|und|oder|et|ou|y|o|e|en|of)\s\p{Lu}$/u.test(lead)) return true;
  const letters = said.slice(said.lastIndexOf(".") + 1).replace(/^-/, "");
  if (/^[IVXLC]+$/.test(said) && said.length > 1) return digit || !isOrdinal(lead, word, begins);
  if (joined(said, numbered) && (digit || /^(?:[IVXLC]+|[A-Za-z])(?![\p{L}\p{N}])/u.test(rest) || /^[§°º]/.test(rest))) return false;
  if (/^\p{Ll}$/u.test(said) && /^\p{L}{1,4}\./u.test(rest)) return false;
  // A single letter: an initial, or a part of an abbreviation such as `z. B.`; and EE. UU.
  if (/^(?:\p{L}|\p{Lu}{2})$/u.test(letters) && /^(?:\p{L}|\p{Lu}{2})\./u.test(rest) && word.length === letters.length) return false;
  // U.S.A., and not the S.A. that it ends with.
  if (last.has(said) && !named.has(said)) return !timeZones.has(word);
  if (joined(said, named) || said.endsWith("str")) return begins;
  if (joined(said, last)) return !timeZones.has(word);
  if (/^\p{Lu}$/u.test(letters) && !digit) return begins;
  return true;
}

/** True where a word, or the abbreviation that it ends with, is one of some. */
function joined(word: string, known: ReadonlySet<string>): boolean {
  for (let from = 0; from !== -1 && from < word.length;) {
    // Mo.–Fr. is two of them.
    const part = word.slice(from).replace(/^[-–—]/, "");
    if (known.has(part) || (part.length > 1 && known.has(part.replace(/^\p{L}/u, (letter) => letter.toLowerCase())))) return true;
    const dot = word.indexOf(".", from);
    from = dot === -1 ? -1 : dot + 1;
  }
  return false;
}

function isInner(word: string): boolean {
  return joined(word, inner);
}

/** True for a name that is written with a small letter, and may begin a sentence: iPhone, foo_bar, config.yaml. */
function isIdentifier(word: string): boolean {
  return /^\p{Ll}+(?:\p{Lu}|\d|_|[./]\p{L})/u.test(word);
}

/** A text with one space for each run of white space, and none around it. Passages are compared in this form, across line breaks. */
export function normaliseSpace(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
