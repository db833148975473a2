import { createReport, defineArtifact, earlierVersion, judge, parseText, Text } from "@tasuki/protocol";
import { z } from "zod";
import { brief1 } from "./brief-1.ts";
import { findQuestions, wholeOf } from "./find-questions.ts";
import { Questions, questionsRule } from "./questions.ts";

export { askedContent } from "./asks.ts";
export { findQuestions } from "./find-questions.ts";
export { Question, Questions } from "./questions.ts";
export { subjectOf } from "./subject.ts";

const maxText = 256 * 1024;

/** Value of brief.md: the text as its author wrote it, and the questions that it is taken to ask (at least one: the whole text where it asks none). */
export const Brief = z.object({ text: Text.max(maxText), questions: Questions.min(1) });
export type Brief = z.infer<typeof Brief>;

/**
 * Artifact of the brief. The file is the text, and below it the questions, as main found them: every other node and every command reads the
 * same ones there, by whatever rules its release finds questions. Where they are not listed, they are found in the text.
 */
export const brief = defineArtifact({
  name: "brief",
  version: 2,
  file: "brief.md",
  mediaType: "text/markdown",
  maxBytes: 4 * 1024 * 1024,
  schema: Brief,
  read(file, fileName) {
    const plain = parseText(file, fileName);
    if (!plain.ok) return plain;
    const report = createReport(fileName);
    const { text, questions: listed } = splitList(file);
    if (text.length > maxText) {
      const expected = `a text of ${maxText} characters at most`;
      const got = `${text.length} characters`;
      return { ok: false, unmet: [{ file: fileName, path: "text", expected, got, fix: "give what is long as a document" }] };
    }
    const questions = listed ?? questionsIn(text);
    for (const [at, { line }] of questions.entries()) report.at(`questions.${at}`, line);
    return judge(
      report,
      { schema: Brief, rules: { questions: questionsRule } },
      { text, questions: questions.map(({ id, text }) => ({ id, text })) },
    );
  },
  write: ({ text, questions }) => `${text}${listHead}${questions.map(({ id, text }) => `${id}: ${text}\n`).join("")}`,
  earlier: [earlierVersion(brief1, { toCurrent: (value) => value, fromCurrent: (value) => value })],
});

const listHead = "\n\n---\nQuestions that are to be answered (brief@2):\n\n";
const row = /^(Q[1-9][0-9]{0,2}): (.+)$/su;

function questionsIn(text: string) {
  const { questions } = findQuestions(text);
  return questions.length > 0 ? questions : wholeOf(text);
}

/** The text of a brief, and the questions that are listed at the end of its file. */
export function splitList(file: string) {
  const at = file.lastIndexOf(listHead);
  if (at === -1) return { text: file };
  const text = file.slice(0, at);
  const from = text.split(/\r?\n|\r/).length + listHead.split("\n").length - 1;
  const questions = file
    .slice(at + listHead.length)
    .replace(/\n$/, "")
    .split("\n")
    .map((line, at) => ({ id: row.exec(line)?.[1] ?? "", text: row.exec(line)?.[2] ?? "", line: from + at }));
  return questions.every(({ id }) => id !== "") ? { text, questions } : { text: file };
}
