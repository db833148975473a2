import { splitSentences } from "@tasuki/contracts";
import { jaccard, termSet } from "./terms.ts";

const negation = /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t)\b|不|没有|無|ません|ない/iu;
const antonyms =
  "increase/decrease increases/decreases increased/decreased rise/fall rises/falls more/less higher/lower before/after always/never all/none accept/reject accepts/rejects accepted/rejected allow/forbid allowed/forbidden open/closed success/failure true/false first/last above/below early/late large/small start/end win/lose legal/illegal possible/impossible safe/dangerous enabled/disabled required/optional"
    .split(" ")
    .map((pair) => pair.split("/"));
const alike = 0.5;
// Limits of what is compared: more than a quotation of the finder has. A longer passage is compared by its beginning.
const longest = 10_000;
const mostClaims = 40;

/** A sentence, with the sets that it is compared by. */
interface Claim {
  readonly text: string;
  /** Terms without numbers, so that two figures for the same thing still are about the same thing. */
  readonly terms: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
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
  const claims = sentences.map(({ start, end }) => toClaim(text.slice(start, end)));
  return claims.filter(({ terms }) => terms.size > 1).slice(0, mostClaims);
}

/** First contradiction that two texts may hold, a sentence of each. It is a hint for a reader: on real prose it is often wrong. */
export function findContradiction(one: readonly Claim[], other: readonly Claim[]): Contradiction | undefined {
  for (const left of one)
    for (const right of other) {
      const note = compare(left, right);
      if (note !== undefined) return { sentences: [left.text, right.text], note };
    }
  return undefined;
}

function compare(one: Claim, other: Claim): string | undefined {
  if (jaccard(one.terms, other.terms) < alike) return undefined;
  if (one.negates !== other.negates) return "one of them negates";
  if (one.numbers.size > 0 && other.numbers.size > 0 && ![...one.numbers].some((number) => other.numbers.has(number)))
    return "their numbers differ";
  for (const [left = "", right = ""] of antonyms) {
    const crossed = (one.words.has(left) && other.words.has(right)) || (one.words.has(right) && other.words.has(left));
    if (crossed) return `"${left}" stands against "${right}"`;
  }
  return undefined;
}

function toClaim(text: string): Claim {
  const numbers = new Set((text.match(/[0-9]+(?:[.,][0-9]+)*/g) ?? []).map((number) => number.replaceAll(",", "")));
  return {
    text,
    terms: new Set([...termSet(text)].filter((term) => !/^[0-9]/.test(term))),
    numbers,
    words: new Set(text.toLowerCase().match(/\p{L}+/gu) ?? []),
    negates: negation.test(text),
  };
}
