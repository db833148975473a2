import { splitSentences } from "@tasuki/contracts";
import { splitBlocks } from "./blocks.ts";
import type { Language } from "./languages.ts";
import { questionTerms } from "./terms.ts";

const joint = /;\s+|；|，(?=(?:何时|何地|谁|为什么|为何|怎么|怎样|如何|哪|什么|多少))/u;
// White space before a word that may join two questions, and the word after that: `and when`.
const joined = /(?<![\s,]),?\s+(?=(?<and>\p{L}+)\s+(?<asks>\p{L}+))/gu;
// A brief without marked questions is one question, however long it is.
const mostParts = 12;

/**
 * Parts of a question that can be looked for by themselves: its sentences, each parted at `;` and at "and" before a question word. A part
 * that asks for less than two terms stays with the one before it, whose subject it shares.
 */
export function splitQuestion(question: string, language: Language): readonly string[] {
  const pieces = splitBlocks(question).flatMap((block) =>
    splitSentences(question, block).flatMap(({ start, end }) =>
      question
        .slice(start, end)
        .split(joint)
        .flatMap((part) => atJoins(part, language)),
    ),
  );
  const parts: string[] = [];
  for (const piece of pieces.map((text) => text.trim()).filter((text) => text !== "")) {
    if (parts.length > 0 && questionTerms(piece, language).needed.size < 2) parts.push(`${parts.pop()} ${piece}`);
    else parts.push(piece);
  }
  const asking = parts.filter((part) => questionTerms(part, language).terms.length > 0);
  return asking.length === 0 ? [question] : asking.slice(0, mostParts);
}

/** Parts of a sentence, without the words that join them. */
function atJoins(sentence: string, { and, asks }: Language): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: join, groups } of sentence.matchAll(joined)) {
    const { and: joining = "", asks: asking = "" } = groups ?? {};
    if (!and.has(joining.toLowerCase()) || !asks.has(asking.toLowerCase())) continue;
    parts.push(sentence.slice(from, index));
    from = index + join.length + joining.length;
  }
  return [...parts, sentence.slice(from)];
}
