import { z } from "zod";
import { defineArtifact } from "../define-artifact.ts";
import { findQuestions } from "../format/find-questions.ts";
import { distinct, Line, Text } from "../format/line.ts";
import { parseText } from "../format/parse-text.ts";
import { createReport, judge } from "../format/report.ts";

export const QuestionId = z.string().regex(/^Q[1-9][0-9]{0,2}$/, "a question's id: Q1, Q2, …");

export const Question = z.object({ id: QuestionId, text: Line.min(1) });
export type Question = z.infer<typeof Question>;

/** Questions in order, each id once. */
export const Questions = z
  .array(Question)
  .max(999)
  .check(distinct((question) => question.id));

/** brief.md: the text as its author wrote it, and the questions found in it (at least one: the whole text where none is marked). */
export const Brief = z.object({ text: Text, questions: Questions.min(1) });
export type Brief = z.infer<typeof Brief>;

/** The questions are found in the text, so that only the text is written. */
export const brief = defineArtifact({
  name: "brief",
  version: 1,
  file: "brief.md",
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  schema: Brief,
  parse(text, fileName) {
    const plain = parseText(text, fileName);
    if (!plain.ok) return plain;
    const report = createReport(fileName);
    const found = findQuestions(text);
    for (const [at, { line }] of found.entries()) report.at(`questions.${at}`, line);
    return judge(report, { schema: Brief, rules }, { text, questions: found.map(({ id, text }) => ({ id, text })) });
  },
  format: ({ text }) => text,
});

const rules = {
  questions: { expected: "a question, and 999 at most", fix: "write what is to be answered, for instance 'Q1: What is …?'" },
};
