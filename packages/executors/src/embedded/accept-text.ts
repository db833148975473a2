import { sha256Of, statementsOf } from "@tasuki/contracts";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { JpFinal } from "@tasuki/contracts/artifacts/jp-final";
import type { Answer } from "./answer-question.ts";
import { citedItems } from "./cited-items.ts";

type Check = JpFinal["acceptance"]["checks"][number];

/** What jp checks before it lets a text go: its sentences against the items that they cite, those against their digests, and the questions. */
export function acceptText(
  sections: JpFinal["sections"],
  { blocks, answers, gaps }: { blocks: readonly RawBlock[]; answers: readonly Answer[]; gaps: JpFinal["acceptance"]["gaps"] },
): Check[] {
  const passages = Map.groupBy(blocks, ({ candidate }) => candidate);
  const statements = sections.flatMap(({ text }) => statementsOf(text)).filter(({ factual, citations }) => factual || citations.length > 0);
  const loose = statements.filter(
    ({ text, citations }) => !citations.some((item) => passages.get(item)?.some((block) => isIn(text, block))),
  );
  const cited = citedItems(sections);
  const changed = cited.filter((item) => passages.get(item)?.some(({ text, sha256 }) => sha256Of(text) !== sha256) ?? true);
  const open = answers.filter(({ question, answered }) => !answered && !gaps.some((gap) => gap.question.startsWith(question)));
  return [
    toCheck(
      "every sentence stands verbatim in an item that it cites",
      loose.map(({ text }) => text.slice(0, 60)),
      `${statements.length} sentences`,
    ),
    toCheck("every cited item is accepted and has the digest that it declares", changed, `${cited.length} items`),
    toCheck(
      "every question is answered or a declared gap",
      open.map(({ question }) => question),
      `${answers.filter(({ answered }) => answered).length} of ${answers.length} answered`,
    ),
  ];
}

function toCheck(name: string, wrong: readonly string[], detail: string): Check {
  const failed = wrong.length > 0;
  return {
    name,
    result: failed ? "failed" : "passed",
    detail: failed ? `not so: ${wrong.slice(0, 10).join("; ").replaceAll(/\s+/g, " ")}` : detail,
  };
}

function isIn(sentence: string, { text }: RawBlock): boolean {
  return normalise(text).includes(normalise(sentence));
}

function normalise(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
