import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief, Question } from "../artifacts/brief/brief.ts";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { normaliseSpace } from "../text/sentences.ts";
import { statementsOf } from "../text/statements.ts";
import { subjectOf } from "./gaps.ts";

type Section = JpFinal["sections"][number];

/**
 * Checks that every question of the brief is answered or a declared gap. A section answers a question if its heading names the question, by
 * id or by its words, and its text makes a statement (in the profile `cited`: with a citation). A brief with one question is answered by any
 * such section.
 */
export function* checkAnsweredQuestions(final: Document<JpFinal>, brief: Brief): Generator<Unmet> {
  const { sections, acceptance, profile } = final.value;
  const gaps = new Set(acceptance.gaps.map(subjectOf));
  for (const question of brief.questions) {
    if (gaps.has(question.id)) continue;
    const own = brief.questions.length === 1 ? sections : sections.filter(({ heading }) => isAbout(heading, question));
    if (own.some((section) => saysSomething(section, profile))) continue;
    const empty = own.length > 0;
    yield {
      file: final.name,
      path: `questions.${question.id}`,
      expected: `an answer to ${question.id}, or a gap: ${question.text}`,
      got: empty ? "a section without an answer" : "no section with its id or words as heading, and no gap",
      fix: `write a section '${question.id}: …' that answers it${profile === "cited" ? " with citations" : ""}, or declare ${question.id} in the gaps`,
    };
  }
}

function isAbout(heading: string, { id, text }: Question): boolean {
  if (heading.match(/[A-Za-z0-9]+/g)?.includes(id)) return true;
  const words = wordsOf(text);
  return words !== "" && wordsOf(heading).includes(words);
}

function wordsOf(text: string): string {
  return normaliseSpace(text.toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, " "));
}

function saysSomething({ text }: Section, profile: JpFinal["profile"]): boolean {
  return statementsOf(text).some(({ factual, citations }) => (profile === "cited" ? citations.length > 0 : factual));
}
