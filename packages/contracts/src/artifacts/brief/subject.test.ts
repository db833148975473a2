import { expect, test } from "vitest";
import { brief } from "./brief.ts";
import { subjectOf } from "./subject.ts";

test.each([
  ["# Receipts\n\nWhat is a receipt?", "Receipts"],
  ["## Questions\n\n- What is a receipt?", "What is a receipt?"],
  ["# Background\n\nWe met.\n\n# The **new** page\n\nWhat is `a_receipt`?", "The new page"],
  ["Subject: the fee\n\nHello,\n\nhow much is it?", "the fee"],
  ["Betreff: Mietvertrag der Stadt\nBis wann gilt er?", "Mietvertrag der Stadt"],
  ["件名：料金\n\nいくらですか。", "料金"],
  ["The harbour of Graz\n\nHow deep is it?", "The harbour of Graz"],
  ["Hello,\n\nhow deep is the basin? Who dug it?", "how deep is the basin? (and 1 more question)"],
  ["説明してください\n\n期限はいつですか。", "説明してください (and 1 more question)"],
  ["Q1: What is it?\nQ2: Why?\nQ3: When?", "What is it? (and 2 more questions)"],
  ["A text to be rewritten, as a whole.", "A text to be rewritten, as a whole."],
])("%j is about %j", (text, subject) => {
  const parsed = brief.read(text);
  expect(parsed.ok && subjectOf(parsed.value)).toBe(subject);
});

test("a subject is a line of 120 characters at most", () => {
  const parsed = brief.read(`# ${"word ".repeat(100)}\n\nWhy?`);
  expect(parsed.ok && subjectOf(parsed.value)).toMatch(/^(?:word ){23}wor?d?…$/);
});
