import { createReport, defineArtifact, distinct, judge, Line, parseText, Text } from "@tasuki/protocol";
import { z } from "zod";
import { QuestionId } from "../ids.ts";
import { findQuestions, wholeOf } from "./find-questions.ts";

export { findQuestions, type Reading } from "./find-questions.ts";

export const Question = z.object({ id: QuestionId, text: Line.min(1) });
export type Question = z.infer<typeof Question>;

/** Questions in order, each id once. */
export const Questions = z
  .array(Question)
  .max(999)
  .check(distinct((question) => question.id));

/** Value of brief.md: the text as its author wrote it, and the questions found in it (at least one: the whole text where it asks none). */
export const Brief = z.object({ text: Text, questions: Questions.min(1) });
export type Brief = z.infer<typeof Brief>;

/** Artifact of the brief. Only the text is written, since the questions are found in it. */
export const brief = defineArtifact({
  name: "brief",
  version: 1,
  file: "brief.md",
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  schema: Brief,
  read(text, fileName) {
    const plain = parseText(text, fileName);
    if (!plain.ok) return plain;
    const report = createReport(fileName);
    const { questions } = findQuestions(text);
    const found = questions.length > 0 ? questions : wholeOf(text);
    for (const [at, { line }] of found.entries()) report.at(`questions.${at}`, line);
    return judge(report, { schema: Brief, rules }, { text, questions: found.map(({ id, text }) => ({ id, text })) });
  },
  write: ({ text }) => text,
});

const rules = {
  questions: { expected: "a question, and 999 at most", fix: "write what is to be answered, for instance 'Q1: What is …?'" },
};
