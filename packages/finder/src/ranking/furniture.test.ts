import { expect, test } from "vitest";
import { findFurniture } from "./furniture.ts";

function furnitureOf(text: string): string[] {
  return findFurniture(text).map(({ start, end }) => text.slice(start, end));
}

test("Front matter, comments and definitions of links are furniture", () => {
  expect(furnitureOf('---\ntitle: What is it?\n---\n# It\n<!-- ask legal -->\nText.\n\n[it]: https://a.test "What is it?"\n')).toEqual([
    "---\ntitle: What is it?\n---\n",
    "<!-- ask legal -->",
    '[it]: https://a.test "What is it?"',
  ]);
  expect(furnitureOf("---\n\nA rule above, and one below.\n\n---\n")).toEqual([]);
});

test.each([
  ["- [How long is it valid?](#valid)"],
  ["1. [Keys](keys.md)"],
  ["[Home](index.html) | [Up](../) | [Next](b.html)"],
  ["Next: Keys, Previous: Start, Up: Top"],
  ["2.1 Keys ............ 12"],
  ["Keys . . . . . . . . . 7"],
  ["  鍵の管理 ………… 12"],
])("%s leads to the text", (line) => {
  expect(furnitureOf(`A text.\n\n${line}\n\nMore of it.\n`)).toEqual([line]);
});

test.each([
  ["- [Express](https://express.test)"],
  ["- [Keys](keys.md) are held for a year."],
  ["See [Keys](keys.md)."],
  ["It costs 12.50 in 2024"],
  ["And so on ... 12 times"],
  ["Why does it wait?"],
  ["`[a](#b)` is a link"],
])("%s is text", (line) => {
  expect(furnitureOf(`A text.\n\n${line}\n\nMore of it.\n`)).toEqual([]);
});

test("Questions one after another are a list of contents, and those in code are code", () => {
  expect(furnitureOf("1.1 Who reads it?\n1.2 Who writes it?\n\n1.1 Who reads it?\n\nAuditors do.\n")).toEqual([
    "1.1 Who reads it?",
    "1.2 Who writes it?",
  ]);
  expect(furnitureOf("```\nWho?\nHow?\n[a](#b)\n```\n")).toEqual([]);
});

test("Heads and feet that come back on the pages of a text are furniture, whatever their number", () => {
  const page = (number: number): string => `Handbook of keys\n\nPage ${number} says this.\n\nRelay ${number} of 4\n`;
  expect(furnitureOf([1, 2, 3, 4].map(page).join("\f"))).toHaveLength(8);
  expect(furnitureOf([1, 2].map(page).join("\f"))).toEqual([]);
});
