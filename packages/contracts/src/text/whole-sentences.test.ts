import { expect, test } from "vitest";
import { lettersOf, readPassage } from "./whole-sentences.ts";

/** Pieces between the boundaries of a passage, in its first reading or in a later one. */
function piecesOf(passage: string, at = 0): string[] {
  const { letters = "", boundaries = [] } = readPassage(passage)[at] ?? {};
  const places = [...boundaries].sort((one, other) => one - other);
  return places.flatMap((from, next) => letters.slice(from, places[next + 1] ?? letters.length) || []);
}

test.each([
  ["It ends on the 31. Dezember. Then “all” is over.", ["Itendsonthe31Dezember", "Thenallisover"]],
  ["# Steps\n\n- open it,\n  slowly\n- shut it", ["Steps", "openitslowly", "shutit"]],
  ["a line that is\nwrapped. And one", ["alinethatiswrapped", "Andone"]],
  ["One line:\u2028\u2028another\r\n\r\nand more", ["Oneline", "another", "andmore"]],
  ["| fee | 9 % |\n| tax | 2 % |", ["fee9%", "tax2%"]],
])("%j has the boundaries of its sentences, items and rows", (passage, pieces) => {
  expect(piecesOf(passage)).toEqual(pieces);
  expect(pieces.join("")).toBe(readPassage(passage)[0]?.letters);
});

test("a number at the start of a line is the mark of an item, or a word of its sentence", () => {
  const passage = "It burns in O\n2. The flame is hot.";
  expect([piecesOf(passage), piecesOf(passage, 1)]).toEqual([
    ["ItburnsinO", "Theflameishot"],
    ["ItburnsinO2", "Theflameishot"],
  ]);
});

test("a position is in the paragraph that begins before it", () => {
  const [reading] = readPassage("One.\n\nTwo.\n \nThree.");
  const at = (word: string): number | undefined => reading?.paragraphAt(reading.letters.indexOf(word));
  expect([at("One"), at("ne"), at("Two"), at("Three")]).toEqual([1, 1, 2, 3]);
  expect(lettersOf("“Two”, … 3 %!")).toBe("Two3%");
});
