import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief, Question } from "../artifacts/brief/brief.ts";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { createLookups, type Lookups } from "../text/find-text.ts";
import { normaliseSpace } from "../text/sentences.ts";
import { statementsOf } from "../text/statements.ts";
import { subjectOf } from "./gaps.ts";

type Section = JpFinal["sections"][number];

// Limit of what is read to find the sections of questions: each question's words are looked for in all headings.
const readsPerByte = 100;

/**
 * Checks that every question of the brief is answered or a declared gap. A section answers a question if its heading names the question, by
 * id or by its words, and its text makes a statement (in the profile `cited`: with a citation). A brief with one question is answered by any
 * such section.
 */
export function* checkAnsweredQuestions(final: Document<JpFinal>, brief: Brief): Generator<Unmet> {
  const { sections, acceptance, profile } = final.value;
  const gaps = new Set(acceptance.gaps.map(subjectOf));
  const lookups = createLookups(readsPerByte * (final.size + brief.text.length));
  const only = brief.questions.length === 1;
  const { said = [], empty = [] } = Object.groupBy(sections, (section) => (saysSomething(section, profile) ? "said" : "empty"));
  const isAnswer = createHeadings(said, { only, lookups });
  const isEmpty = createHeadings(empty, { only, lookups });
  for (const question of brief.questions) {
    const { id, text } = question;
    if (gaps.has(id) || isAnswer(question)) continue;
    yield {
      file: final.name,
      path: `questions.${id}`,
      expected: `an answer to ${id}, or a gap: ${text}`,
      got: lookups.gaveUp
        ? "more headings than can be looked through for the words of each question"
        : isEmpty(question)
          ? "a section without an answer"
          : "no section with its id or words as heading, and no gap",
      fix: `write a section '${id}: …' that answers it${profile === "cited" ? " with citations" : ""}, or declare ${id} in the gaps`,
    };
  }
}

/** Predicate over questions: true where a heading of the sections is about the question. The only question is what any heading is about. */
function createHeadings(
  sections: readonly Section[],
  { only, lookups }: { readonly only: boolean; readonly lookups: Lookups },
): (question: Question) => boolean {
  const ids = new Set(sections.flatMap(({ heading }) => heading.match(/[A-Za-z0-9]+/g) ?? []));
  const headings = sections.map(({ heading }) => wordsOf(heading)).join("\n");
  return ({ id, text }) => {
    if (only || ids.has(id)) return sections.length > 0;
    const words = wordsOf(text);
    return words !== "" && lookups.indexOf(headings, words) >= 0;
  };
}

function wordsOf(text: string): string {
  return normaliseSpace(text.toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, " "));
}

function saysSomething({ text }: Section, profile: JpFinal["profile"]): boolean {
  return statementsOf(text).some(({ factual, citations }) => (profile === "cited" ? citations.length > 0 : factual));
}
