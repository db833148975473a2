import { expect, test } from "vitest";
import { languageBy } from "./terms.ts";
import { createVocabulary } from "./vocabulary.ts";

function countsOf(text: string, terms: readonly string[], code: string): Record<string, number> {
  const vocabulary = createVocabulary(terms, [languageBy(code)]);
  return Object.fromEntries([...vocabulary.count(text).terms].map(([term, count]) => [vocabulary.terms[term] ?? "", count]));
}

test("A word counts once for its stem, and in part for a term that begins as it does", () => {
  expect(countsOf("Los actores interpretan himnos", ["interpret", "himn"], "es")).toEqual({ interpret: 1, himn: 1 });
  expect(countsOf("La interpretación, e interpretó otra", ["interpretaci"], "es")).toEqual({ interpretaci: 1 });
});

test("Words that share only a beginning are no kin, nor are short ones and pairs of characters", () => {
  expect(countsOf("constitutional contest, leasing", ["constant", "lease"], "en")).toEqual({});
  expect(countsOf("任务由节点接受", ["任务由节点"], "zh")).toEqual({});
});

test("A word of several languages is stemmed in each of them, and counts once", () => {
  const vocabulary = createVocabulary(["receipt", "quittung"], [languageBy("en"), languageBy("de")]);
  expect([...vocabulary.count("receipts, Quittungen").terms.values()]).toEqual([1, 1]);
});
