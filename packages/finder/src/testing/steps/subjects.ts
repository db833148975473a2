import { type Stage, tokens, toStage } from "@tasuki/contracts/testing";
import { flood, once, type Recipe, type Subject } from "@tasuki/protocol/testing";
import { findFurniture } from "../../ranking/furniture.ts";
import { headingTitle, splitBlocks } from "../../ranking/blocks.ts";
import { claimsOf, findContradiction } from "../../ranking/contradictions.ts";
import { research } from "../../research/research.ts";
import { review } from "../../review/review.ts";
import { citePassage } from "../../write/cite-passage.ts";
import { write } from "../../write/write.ts";

/**
 * Works of the roles, each with the parts of a stage that it reads. A question is looked for in all sources, so that steps are those of
 * questions times sources: they are linear in each, of which a brief has at most 999.
 */
const works: Readonly<Record<string, readonly [parts: string, work: (stage: Stage) => unknown]>> = {
  research: ["sources blocks", ({ run, brief, texts }) => research({ run, brief, "source-text": texts })],
  "research, questions": ["questions", ({ run, brief, texts }) => research({ run, brief, "source-text": texts })],
  review: [
    "ids sources blocks candidates",
    ({ run, brief, texts, list, raw }) =>
      review({ run, brief, "source-text": texts, collected: [], "candidate-list": list, "de-raw-output": raw }),
  ],
  write: [
    "ids blocks verdicts outline contradictions",
    ({ run, brief, list, raw, review }) => write({ run, brief, "candidate-list": list, "de-raw-output": raw, "sg-review": review }),
  ],
};

const ofTexts: Readonly<Record<string, (text: string) => unknown>> = {
  "titles of a text": (text) => splitBlocks(text).map((block) => headingTitle(text, block)),
  "furniture of a text": (text) => findFurniture(text),
  "citation of a passage": (text) => citePassage(text, "C1"),
  "claims of a text": (text) => findContradiction(claimsOf(text), claimsOf(text)),
};

/** Inputs that were once too slow, by what is given them. */
const known: Readonly<Record<string, readonly Recipe[]>> = {
  // Sections below one long heading, and sentences without a word.
  research: [{ blocks: flood("# receipt receipt "), sources: once("x") }, { sources: flood("receipt. ! ! ! ") }],
  // Passages that say the same of what every question asks for.
  review: [
    {
      ids: once("a"),
      blocks: flood("A receipt is b c d. ", "lines"),
      candidates: flood("x", "units"),
    },
  ],
  // Many contradictions between the same long passages.
  write: [
    { ids: once("a"), blocks: flood("A receipt is b c d. "), outline: flood("x", "lines"), contradictions: flood("x", "units") },
    { ids: once(""), blocks: flood("A receipt is b c d. "), contradictions: flood("- Q1: C1\n.[", "units") },
  ],
  "titles of a text": [{ one: once("# a"), two: flood(" "), three: once("b") }],
  "furniture of a text": [
    { one: flood("[a](b) ") },
    { one: flood("[") },
    { one: flood(".") },
    { one: flood("<!-- ") },
    { one: once("a 1\n"), two: flood("\f") },
    { one: flood("Up: ") },
    { one: flood("a?\n") },
  ],
  "citation of a passage": [
    { one: once("a b c "), two: flood("![") },
    { one: once("a b c "), two: flood("[") },
    { one: flood("| a b | c |\n") },
  ],
  "claims of a text": [{ one: flood("! ") }, { one: flood("A b c d. ") }],
};

export const subjects: readonly Subject[] = [
  ...Object.entries(works).map(([name, [parts, work]]) => ({
    name,
    parts: parts.split(" "),
    tokens,
    known: known[name] ?? [],
    prepare(fill: Parameters<Subject["prepare"]>[0]) {
      const stage = toStage(fill);
      return { bytes: stage.bytes, run: () => work(stage) };
    },
  })),
  ...Object.entries(ofTexts).map(([name, of]) => ({
    name,
    parts: ["one", "two", "three"],
    tokens,
    known: known[name] ?? [],
    prepare(fill: Parameters<Subject["prepare"]>[0]) {
      const text = ["one", "two", "three"].flatMap((part) => [...fill(part)]).join("");
      return { bytes: Buffer.byteLength(text), run: () => of(text) };
    },
  })),
];
