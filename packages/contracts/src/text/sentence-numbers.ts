import { type Mark, near, wordAfter } from "./sentence-marks.ts";
import { ambiguousMonths, months, ordinals, shortMonths } from "./sentence-rules.ts";

/** The number of a list's item whose full stop the mark is: it begins the sentence, stands behind a colon, or follows the item before. */
export function listNumber(flat: string, { start, at, run, end }: Mark, listed: number | undefined): number | undefined {
  if (!/^[.．]$/.test(run) || !/[\s\p{L}]/u.test(flat.charAt(end))) return undefined;
  const said = flat.slice(Math.max(start, at - near), at).normalize("NFKC");
  const [, lead = "", sign = ""] = /^(|.*?(?:^|[\s*_(:：;；,、，]))(\d{1,3}|[a-zA-Z])$/su.exec(said) ?? [];
  if (sign === "" || !/\S/.test(flat.slice(end))) return undefined;
  const number = /\d/.test(sign) ? Number(sign) : sign.toLowerCase().charCodeAt(0) - 96;
  const begins = at - near <= start && /^[\s*_(–—•-]*$/u.test(lead);
  const isLetter = /[a-zA-Z]/.test(sign);
  if (begins) return isLetter && /^\s*\p{L}[.．]/u.test(flat.slice(end, end + near)) ? undefined : number;
  if (isLetter && /[A-Z]/.test(sign)) return undefined;
  if (number === 1 && /[:：,，、]\s*$/u.test(lead)) return number;
  return listed !== undefined && number === listed + 1 && !months.has(wordAfter(flat, end)) ? number : undefined;
}

/** True for a German ordinal, by the words on both sides of it: `am 3. Tag`, `bis 31. Dezember`. */
export function isOrdinal(lead: string, word: string, begins: boolean): boolean {
  if (months.has(word) || ordinals.nouns.has(word)) return true;
  if (begins) return false;
  const [, before = ""] = /(\p{L}+)\s+[\dIVXLC]+$/u.exec(lead) ?? [];
  return ordinals.before.has(before.toLowerCase()) || /(?:^|\s)\d{1,3}\.\s*(?:und|oder|bis|[/–-])\s*\d{1,3}$/u.test(lead);
}

/** True for a month that is cut short within a date: `31 dic. 2026`, `Sept. 3`, `en sept. 2026`. `lead` ends with it, and a number follows. */
export function isInDate(said: string, { lead, rest }: { readonly lead: string; readonly rest: string }): boolean {
  const word = said.slice(said.lastIndexOf(".") + 1);
  const month = word.toLowerCase();
  if (!shortMonths.has(month) || !/^\d/.test(rest)) return false;
  if (/(?<!\d)\d{1,2}(?:st|nd|rd|th|er|[.º°])?\s+(?:d[ei]\s+)?\p{L}+$/u.test(lead)) return true;
  return !ambiguousMonths.has(month) && (/^\p{Lu}/u.test(word) || /^(?:19|20)\d\d(?!\d)/.test(rest));
}
