import { expect, test } from "vitest";
import { languageBy } from "./terms.ts";
import { createVocabulary } from "./vocabulary.ts";

function countOf(text: string, word: string, code = "de"): number {
  const language = languageBy(code);
  const vocabulary = createVocabulary([language.stem(word)], [language]);
  return vocabulary.count(text).terms.get(0) ?? 0;
}

test.each([
  ["Die Sicherung der Daten beginnt nachts.", "datensicherung"],
  ["Ein Verzeichnis der Bücher", "bücherverzeichnis"],
  ["Ein Kraftwerk am Wasser des Sees", "wasserkraftwerk"],
])("%s has the parts of %s, which count in part", (text, word) => {
  expect(countOf(text, word)).toBe(0.75);
});

test.each([
  ["Die Daten gehen verloren.", "datensicherung"],
  ["Aus den Bildungen", "ausbildung"],
  ["The book of the store", "bookstore"],
])("%s does not have both parts of %s", (text, word) => {
  expect(countOf(text, word, text.startsWith("The") ? "en" : "de")).toBe(0);
});

test("A compound of the text counts in part for its last part, and more for both where both are looked for", () => {
  expect(countOf("Die Datensicherung beginnt nachts.", "sicherung")).toBe(0.5);
  expect(countOf("Die Datensicherung beginnt nachts.", "daten")).toBe(0);
  const { stem } = languageBy("de");
  const both = createVocabulary([stem("daten"), stem("sicherung")], [languageBy("de")]);
  expect([...both.count("Die Datensicherung beginnt nachts.").terms.values()]).toEqual([0.75, 0.75]);
});

test("The word itself counts once", () => {
  expect(countOf("Die Datensicherungen beginnen nachts.", "datensicherung")).toBe(1);
});
