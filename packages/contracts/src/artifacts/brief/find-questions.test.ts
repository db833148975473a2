import { anyCharacter } from "@tasuki/protocol/testing";
import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { text } from "../../testing/arbitraries.ts";
import { findQuestions } from "./find-questions.ts";

const found = (brief: string): string[] => findQuestions(brief).map(({ id, text, line }) => `${line} ${id} ${text}`);

test("a list under a Questions heading is the questions, whatever else is asked", () => {
  expect(found("Why this?\n\n# Questions\n\n- What is it\n- Who made it,\n  and when?\n1. Where?\n\n# Notes\n\n- What else?\n")).toEqual([
    "5 Q1 What is it",
    "6 Q2 Who made it, and when?",
    "8 Q3 Where?",
  ]);
});

test("lines that begin with an id are questions, and keep their ids", () => {
  expect(found("Background. Is it?\n\nQ2: What is it\n- **Q5**: Who made it?\n")).toEqual(["3 Q2 What is it", "4 Q5 Who made it?"]);
});

test("where only some have ids, the order gives them", () => {
  expect(found("# Questions\n\n- Q7: What?\n- Who?\n")).toEqual(["3 Q1 What?", "4 Q2 Who?"]);
});

test("else the sentences that ask are questions, parted where they ask two things", () => {
  expect(
    found(
      "# Receipts\n\nWe need to know more. What is a receipt, and when is a task\naccepted? See above.\n\n- Who signs; who reads it?\n",
    ),
  ).toEqual(["3 Q1 What is a receipt?", "3 Q2 When is a task accepted?", "6 Q3 Who signs?", "6 Q4 Who reads it?"]);
});

test("a part of one word stays with what it asks about, and a question of one word is one", () => {
  expect(found("Is it signed and why?")).toEqual(["1 Q1 Is it signed and why?"]);
  expect(found("What?")).toEqual(["1 Q1 What?"]);
});

test("questions in Chinese and Japanese end in their own mark", () => {
  expect(found("袖とは何ですか？誰が署名しますか？以上。")).toEqual(["1 Q1 袖とは何ですか？", "1 Q2 誰が署名しますか？"]);
});

test.each(["", " \n", "?", "--- *** ---"])("%j has no question", (brief) => {
  expect(found(brief)).toEqual([]);
});

test("a brief that asks nothing is one question as a whole", () => {
  expect(found("\nSummarise the documents\nin a page.\n")).toEqual(["2 Q1 Summarise the documents in a page."]);
  expect(found(" \n\n")).toEqual([]);
});

test("whatever the text, questions are lines of their own and stand in it", () => {
  const check = (brief: string): void => {
    const lines = brief.split(/\r?\n|\r/).length;
    for (const { text, line } of findQuestions(brief)) {
      expect(text).toMatch(/^\S(?:[^\r\n]*\S)?$/u);
      expect(line).toBeLessThanOrEqual(lines);
    }
  };
  assert(property(text, check));
  assert(property(string({ unit: anyCharacter }), (start) => check(`${start}? And what is it? ${start}`)));
});
