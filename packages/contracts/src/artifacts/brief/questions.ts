import { distinct, Line } from "@tasuki/protocol";
import { z } from "zod";
import { QuestionId } from "../ids.ts";

export const Question = z.object({ id: QuestionId, text: Line.min(1) });
export type Question = z.infer<typeof Question>;

/** Questions in order, each id once. */
export const Questions = z
  .array(Question)
  .max(999)
  .check(distinct((question) => question.id));

/** Wording of the report on questions that a brief doesn't have. */
export const questionsRule = {
  expected: "a question, and 999 at most",
  fix: "write what is to be answered, for instance 'Q1: What is …?'",
};
