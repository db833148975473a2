import { createReport, defineArtifact, judge, parseText, Text } from "@tasuki/protocol";
import { z } from "zod";
import { findQuestions1 } from "./find-questions-1.ts";
import { Questions, questionsRule } from "./questions.ts";

const schema = z.object({ text: Text, questions: Questions.min(1) });

/** Artifact of the brief in version 1, whose file is the text alone: each reader finds the questions in it. */
export const brief1 = defineArtifact({
  name: "brief",
  version: 1,
  file: "brief.md",
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  schema,
  read(text, fileName) {
    const plain = parseText(text, fileName);
    if (!plain.ok) return plain;
    const report = createReport(fileName);
    const found = findQuestions1(text);
    for (const [at, { line }] of found.entries()) report.at(`questions.${at}`, line);
    return judge(report, { schema, rules: { questions: questionsRule } }, { text, questions: found.map(({ id, text }) => ({ id, text })) });
  },
  write: ({ text }) => text,
});
