import { findText, normaliseSpace, statementsOf } from "@tasuki/contracts";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { JpFinal } from "@tasuki/contracts/artifacts/jp-final";
import { sha256Of } from "@tasuki/protocol";
import type { Answer } from "./answer-question.ts";

type Check = JpFinal["acceptance"]["checks"][number];

interface Accepted {
  readonly blocks: ReadonlyMap<string, readonly RawBlock[]>;
  /** Ids of the items that the sections cite. */
  readonly cited: ReadonlySet<string>;
  readonly answers: readonly Answer[];
  readonly gaps: JpFinal["acceptance"]["gaps"];
}

/**
 * Checks of a text before jp lets it go: every sentence stands in an item that it cites, every cited item has its digest, and every
 * question is answered or a declared gap.
 */
export function acceptText(sections: JpFinal["sections"], { blocks, cited, answers, gaps }: Accepted): Check[] {
  const passages = new Map([...cited].map((item) => [item, (blocks.get(item) ?? []).map(({ text }) => normaliseSpace(text))]));
  const statements = sections.flatMap(({ text }) => statementsOf(text)).filter(({ factual, citations }) => factual || citations.length > 0);
  const loose = statements.filter(
    ({ text, citations }) => !citations.some((item) => passages.get(item)?.some((passage) => findText(passage, normaliseSpace(text)) >= 0)),
  );
  const changed = [...cited].filter((item) => blocks.get(item)?.some(({ text, sha256 }) => sha256Of(text) !== sha256) ?? true);
  const open = answers.filter(({ question, answered }) => !answered && !gaps.some((gap) => gap.question.startsWith(question)));
  return [
    toCheck(
      "every sentence stands verbatim in an item that it cites",
      loose.map(({ text }) => text.slice(0, 60)),
      counted(statements.length, "sentence"),
    ),
    toCheck("every cited item is accepted and has the digest that it declares", changed, counted(cited.size, "item")),
    toCheck(
      "every question is answered or a declared gap",
      open.map(({ question }) => question),
      `${answers.filter(({ answered }) => answered).length} of ${answers.length} answered`,
    ),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function toCheck(name: string, wrong: readonly string[], detail: string): Check {
  const failed = wrong.length > 0;
  return {
    name,
    result: failed ? "failed" : "passed",
    detail: failed ? `not so: ${wrong.slice(0, 10).join("; ").replaceAll(/\s+/g, " ")}` : detail,
  };
}
