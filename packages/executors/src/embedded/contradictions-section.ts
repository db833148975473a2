import { boilerplate } from "@tasuki/contracts";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { SgReview } from "@tasuki/contracts/artifacts/sg-review";
import { claimsOf, findContradiction } from "../ranking/contradictions.ts";
import { citePassage } from "./cite-passage.ts";

const mostPairs = 20;

/** Both sides of each possible contradiction that touches what the text cites; undefined where there is none to show. */
export function contradictionsSection(
  contradictions: SgReview["contradictions"],
  { blocks, cited }: { blocks: readonly RawBlock[]; cited: readonly string[] },
): { heading: string; text: string } | undefined {
  const textOf = (item: string): string =>
    blocks
      .filter(({ candidate }) => candidate === item)
      .map(({ text }) => text)
      .join("\n\n");
  const pairs = contradictions.flatMap(({ items: [one, other] }) => {
    if (!cited.includes(one) && !cited.includes(other)) return [];
    const texts = [textOf(one), textOf(other)] as const;
    const sentences = findContradiction(claimsOf(texts[0]), claimsOf(texts[1]))?.sentences ?? texts;
    const sides = [citePassage(sentences[0], one), citePassage(sentences[1], other)];
    return sides.some((side) => side === undefined) ? [] : [`${boilerplate.contradiction}\n\n${sides.join("\n\n")}`];
  });
  return pairs.length === 0 ? undefined : { heading: "Possible contradictions", text: pairs.slice(0, mostPairs).join("\n\n") };
}
