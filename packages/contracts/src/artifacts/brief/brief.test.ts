import { expect, test } from "vitest";
import { brief } from "./brief.ts";

const text = "Please list who signs. What is a receipt?";
const first = { id: "Q1", text: "What is a receipt?" };
const both = [
  { id: "Q1", text: "Please list who signs." },
  { id: "Q2", text: "What is a receipt?" },
];

test("version 1 keeps the questions that every reader of that release finds, whatever is found today", () => {
  expect(brief.at(1)?.read(text)).toEqual({ ok: true, value: { text, questions: [first] } });
  expect(brief.at(1)?.write({ text, questions: both })).toBe(text);
  const asked = "Where? Is it signed; who signs it?\n\n# Questions\n\n- Why?\n  And when?\n";
  expect(brief.at(1)?.read(asked)).toMatchObject({ value: { questions: [{ id: "Q1", text: "Why? And when?" }] } });
  expect(brief.at(1)?.read(asked.split("#")[0] ?? "")).toMatchObject({
    value: { questions: ["Where?", "Is it signed?", "Who signs it?"].map((text, at) => ({ id: `Q${at + 1}`, text })) },
  });
});

test("version 2 lists the questions below the text, and a reader takes those", () => {
  expect(brief.read(text)).toEqual({ ok: true, value: { text, questions: both } });
  const file = brief.write({ text, questions: [first] });
  expect(file).toBe(`${text}\n\n---\nQuestions that are to be answered (brief@2):\n\nQ1: What is a receipt?\n`);
  expect(brief.read(file)).toEqual({ ok: true, value: { text, questions: [first] } });
});

test("a text that holds such a list is a text like any other, and a list with another line in it is text", () => {
  const value = { text: brief.write({ text, questions: both }), questions: [first] };
  expect(brief.read(brief.write(value))).toEqual({ ok: true, value });
  const changed = `${value.text}and more`;
  expect(brief.read(changed)).toMatchObject({ ok: true, value: { text: changed } });
});

test("a question that is listed twice is reported at its line", () => {
  expect(brief.read(brief.write({ text, questions: [first, first] }))).toMatchObject({ ok: false, unmet: [{ line: 7 }] });
});

test("a text that is longer than a brief is refused", () => {
  expect(brief.read("What? ".repeat(100_000))).toMatchObject({ ok: false, unmet: [{ path: "text", got: "600000 characters" }] });
});
