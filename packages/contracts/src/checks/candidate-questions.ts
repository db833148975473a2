import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { normaliseSpace } from "../text/sentences.ts";
import { place } from "./collect.ts";

/** Checks that the list repeats the brief's questions, and that its candidates answer questions that were asked. */
export function* checkCandidateQuestions(list: Document<CandidateList>, brief: Brief): Generator<Unmet> {
  const asked = new Map(brief.questions.map(({ id, text }) => [id, normaliseSpace(text)]));
  const repeated = new Map(list.value.questions.map(({ id, text }) => [id, normaliseSpace(text)]));
  for (const id of new Set([...asked.keys(), ...repeated.keys()])) {
    if (asked.get(id) === repeated.get(id)) continue;
    yield {
      ...place(list, id),
      path: `questions.${id}`,
      expected: asked.has(id) ? `${id}: ${asked.get(id)}` : `no ${id}: the brief asks ${[...asked.keys()].join(", ")}`,
      got: repeated.get(id) ?? "no such question",
      fix: "leave the Questions section to completion, or repeat the brief's questions",
    };
  }
  for (const { id, answers } of list.value.candidates)
    for (const question of answers)
      if (!asked.has(question))
        yield {
          ...place(list, `## ${id} `),
          path: `candidates.${id}.answers`,
          expected: `questions of the brief: ${[...asked.keys()].join(", ")}`,
          got: question,
          fix: "name questions that the brief asks",
        };
}
