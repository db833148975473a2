import { jaccard } from "./similarity.ts";
import { termSet } from "./terms.ts";

const negation = /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n't)\b|不|没有|無|ません|ない/iu;
const antonyms =
  "increase/decrease rise/fall more/less higher/lower before/after always/never all/none accept/reject allow/forbid open/closed success/failure true/false first/last above/below early/late large/small start/end win/lose legal/illegal possible/impossible safe/dangerous"
    .split(" ")
    .map((pair) => pair.split("/"));
const alike = 0.5;

/** Why two sentences may contradict each other, or undefined. A hint for a reader: on real prose it is often wrong. */
export function possibleContradiction(one: string, other: string): string | undefined {
  const terms = [termSet(one), termSet(other)] as const;
  if (jaccard(...terms) < alike) return undefined;
  if (negation.test(one) !== negation.test(other)) return "one of them negates";
  const numbers = [numbersOf(one), numbersOf(other)] as const;
  if (numbers[0].size > 0 && numbers[1].size > 0 && ![...numbers[0]].some((number) => numbers[1].has(number)))
    return "their numbers differ";
  const words = [wordsOf(one), wordsOf(other)] as const;
  for (const [left = "", right = ""] of antonyms) {
    const crossed = (words[0].has(left) && words[1].has(right)) || (words[0].has(right) && words[1].has(left));
    if (crossed) return `"${left}" stands against "${right}"`;
  }
  return undefined;
}

function numbersOf(text: string): ReadonlySet<string> {
  return new Set((text.match(/[0-9]+(?:[.,][0-9]+)*/g) ?? []).map((number) => number.replaceAll(",", "")));
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{L}+/gu) ?? []);
}
