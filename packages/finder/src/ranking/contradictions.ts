import { splitSentences } from "@tasuki/contracts";
import type { Language } from "./languages.ts";
import { languageOf } from "./language-of.ts";
import { numbersIn, numberWords } from "./number-words.ts";
import { jaccard, languageBy, termSet } from "./terms.ts";

// Negations by language; those of one hold in texts of others, where they mean nothing else.
const negations =
  /(?<![\p{L}\p{M}])(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|nicht|nie|niemals|kein(?:e[mnrs]?)?|niemand|nichts|ohne|pas|jamais|aucune?|sans|nunca|jamás|ningun[ao]|ningún|sin|non|mai|nessun[ao]?|senza|não|nenhuma?|sem|niet|geen|nooit|zonder|не|нет|никогда|без)(?![\p{L}\p{M}])|不|没有|無|ません|ない/giu;
const antonyms =
  "increase/decrease increases/decreases increased/decreased rise/fall rises/falls more/less higher/lower before/after always/never all/none accept/reject accepts/rejects accepted/rejected allow/forbid allowed/forbidden open/closed success/failure true/false first/last above/below early/late large/small start/end win/lose legal/illegal possible/impossible safe/dangerous enabled/disabled required/optional"
    .split(" ")
    .map((pair) => pair.split("/"));
const alike = 0.5;
// Limits of what is compared: more than a quotation of the finder has. A longer passage is compared by its beginning.
const longest = 10_000;
const mostClaims = 40;

/** A sentence, with the sets that it is compared by. */
export interface Claim {
  readonly text: string;
  /** Terms without numbers, so that two figures for the same thing still are about the same thing. */
  readonly terms: ReadonlySet<string>;
  /** Numbers in their order, figures and words alike. */
  readonly numbers: readonly string[];
  readonly words: ReadonlySet<string>;
  readonly negates: boolean;
}

export interface Contradiction {
  /** A sentence of each text, verbatim. */
  readonly sentences: readonly [string, string];
  /** Reason, for people. */
  readonly note: string;
}

/** Claims of a text: its sentences of two terms or more, ready to be compared with those of other texts. */
export function claimsOf(text: string): readonly Claim[] {
  const sentences = splitSentences(text, { start: 0, end: Math.min(text.length, longest) });
  const language = languageBy(languageOf(text));
  const claims = sentences.map(({ start, end }) => toClaim(text.slice(start, end), language));
  return claims.filter(({ terms }) => terms.size > 1).slice(0, mostClaims);
}

/** First contradiction that two texts may hold, a sentence of each. It is a hint for a reader: on real prose it is often wrong. */
export function findContradiction(one: readonly Claim[], other: readonly Claim[]): Contradiction | undefined {
  return findPair(one, other, (left, right) => {
    const difference = differenceOf(left, right);
    return difference !== undefined && haveOneSubject(left, right, difference) ? difference.note : undefined;
  });
}

/** True where a sentence of one text says another thing than its like in the other one: of another figure, negated, or of another subject. */
export function areDifferent(one: readonly Claim[], other: readonly Claim[]): boolean {
  return findPair(one, other, (left, right) => differenceOf(left, right)?.note) !== undefined;
}

function findPair(
  one: readonly Claim[],
  other: readonly Claim[],
  compare: (left: Claim, right: Claim) => string | undefined,
): Contradiction | undefined {
  for (const left of one)
    for (const right of other) {
      if (jaccard(left.terms, right.terms) < alike) continue;
      const note = compare(left, right);
      if (note !== undefined) return { sentences: [left.text, right.text], note };
    }
  return undefined;
}

interface Difference {
  readonly note: string;
  /** Words of a pair of opposites, which are no part of the subject. */
  readonly opposites: readonly string[];
}

function differenceOf(one: Claim, other: Claim): Difference | undefined {
  if (one.negates !== other.negates) return { note: "one of them negates", opposites: [] };
  if (differingNumbers(one, other) > 0) return { note: "their numbers differ", opposites: [] };
  for (const [left = "", right = ""] of antonyms) {
    const crossed = (one.words.has(left) && other.words.has(right)) || (one.words.has(right) && other.words.has(left));
    if (crossed) return { note: `"${left}" stands against "${right}"`, opposites: [left, right] };
  }
  return undefined;
}

/**
 * True where two like sentences are about one thing: not both of them name something that the other lacks (the north and the south harbour), and at
 * most one of their numbers differs (`In 2024 it had 10` and `In 2025 it had 12` are both true).
 */
function haveOneSubject(one: Claim, other: Claim, { opposites }: Difference): boolean {
  const ignored = termSet(opposites.join(" "));
  const lacks = (left: Claim, right: Claim): boolean => [...left.terms].some((term) => !right.terms.has(term) && !ignored.has(term));
  if (lacks(one, other) && lacks(other, one)) return false;
  return differingNumbers(one, other) < 2;
}

/** Count of the numbers that differ between two sentences, place by place; none where one of them has more, and some of the other's. */
function differingNumbers({ numbers: one }: Claim, { numbers: other }: Claim): number {
  if (one.length === other.length) return one.filter((number, at) => number !== other[at]).length;
  return one.length === 0 || other.length === 0 || one.some((number) => other.includes(number)) ? 0 : 1;
}

function toClaim(text: string, language: Language): Claim {
  const unnegated = text.replaceAll(negations, " ");
  const bare = unnegated.replaceAll(/[\p{L}-]+/gu, (word) => (numberWords.has(word.toLowerCase()) ? " " : word));
  return {
    text,
    terms: new Set([...termSet(bare, language)].filter((term) => !/^[0-9]/.test(term))),
    numbers: numbersIn(text),
    words: new Set(text.toLowerCase().match(/\p{L}+/gu) ?? []),
    negates: unnegated !== text,
  };
}
