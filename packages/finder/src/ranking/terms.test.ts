import { expect, test } from "vitest";
import { questionTerms } from "./terms.ts";

test.each([
  ["How long does a lease last?", ["leas", "last"]],
  ["What does the word epoch mean?", ["epoch"]],
  ["What is meant by the mean of a sample?", ["meant", "sampl"]],
  ["What is the meaning of the word?", ["mean", "word"]],
])("%s asks for %j", (question, terms) => {
  expect(questionTerms(question)).toEqual(terms);
});
