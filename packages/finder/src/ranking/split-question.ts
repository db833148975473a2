import { splitSentences } from "@tasuki/contracts";
import { splitBlocks } from "./blocks.ts";
import { questionTerms } from "./terms.ts";

const joint =
  /;\s+|,?\s+and\s+(?=(?:how|what|when|who|whom|whose|why|where|which)\b)|；|，(?=(?:何时|何地|谁|为什么|为何|怎么|怎样|如何|哪|什么|多少))/iu;
// A brief without marked questions is one question, however long it is.
const mostParts = 12;

/**
 * Parts of a question that can be looked for by themselves: its sentences, each parted at `;` and at `and` before a question word. A part
 * that asks for less than two terms stays with the one before it, whose subject it shares.
 */
export function splitQuestion(question: string): readonly string[] {
  const pieces = splitBlocks(question).flatMap((block) =>
    splitSentences(question, block).flatMap(({ start, end }) => question.slice(start, end).split(joint)),
  );
  const parts: string[] = [];
  for (const piece of pieces.map((text) => text.trim()).filter((text) => text !== "")) {
    if (parts.length > 0 && questionTerms(piece).length < 2) parts.push(`${parts.pop()} ${piece}`);
    else parts.push(piece);
  }
  const asking = parts.filter((part) => questionTerms(part).length > 0);
  return asking.length === 0 ? [question] : asking.slice(0, mostParts);
}
