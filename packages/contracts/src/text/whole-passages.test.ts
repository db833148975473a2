import { expect, test } from "vitest";
import { createCuts } from "./whole-passages.ts";

function cutOf(text: string, passage: string): string | undefined {
  const start = text.indexOf(passage);
  expect(start).toBeGreaterThanOrEqual(0);
  return createCuts(text)({ start, end: start + passage.length });
}

const prose = "A receipt is a signed statement by the node that knows. It names the run.\n\nEs gilt bis zum 31. Dezember 2027.\n";
const wrapped =
  "The node signs a receipt for each of the files that it has\nmade durable. The lease of a task goes on until the 31.\nDezember 2027, whatever its length may be.\n";
const rows =
  "| part | time |\n|---|---|\n| lease | 30 s |\n\n- open the lid\n- press the button, then wait\n\n```\nnpm run build\nnpm test\n```\n";

test.each([
  ["at its end", prose, "A receipt is a signed statement"],
  ["at its start", prose, "signed statement by the node that knows. It names the run."],
  ["behind a full stop that ends no sentence", prose, "Es gilt bis zum 31."],
  ["where a line is wrapped", wrapped, "The node signs a receipt for each of the files that it has"],
  ["at its start, where a line is wrapped", wrapped, "made durable."],
  ["behind such a full stop, where a line is wrapped", wrapped, "The lease of a task goes on until the 31."],
  ["within an item", rows, "press the button"],
])("a passage is cut that leaves out a part of its sentence %s", (_, text, passage) => {
  expect(cutOf(text, passage)).toContain(passage.split("\n")[0]?.split(". ")[0]);
  expect(cutOf(text.replaceAll("\n", "\r\n"), passage)).toBeDefined();
});

test.each([
  [prose, "A receipt is a signed statement by the node that knows."],
  [prose, "It names the run."],
  [prose, "Es gilt bis zum 31. Dezember 2027."],
  [wrapped, "The lease of a task goes on until the 31.\nDezember 2027, whatever its length may be."],
  [rows, "| lease | 30 s |"],
  [rows, "30 s"],
  [rows, "open the lid"],
  [rows, "- press the button, then wait"],
  [rows, "npm test"],
  ["Name: Ana Ruiz\nborn: 1990\nin: Graz\n", "born: 1990"],
  ["The rest is open .\nLine two says more\n", "The rest is open ."],
  [`${"word ".repeat(400)}end`, "word word"],
])("what is whole is not cut: %j has %j", (text, passage) => {
  expect(cutOf(text, passage)).toBeUndefined();
});
