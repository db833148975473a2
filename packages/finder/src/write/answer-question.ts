import { boilerplate } from "@tasuki/contracts";
import type { Question } from "@tasuki/contracts/artifacts/brief";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { SgReview } from "@tasuki/contracts/artifacts/sg-review";
import { oneLine } from "../output-fields.ts";
import { citePassage } from "./cite-passage.ts";

/** Answer of the text to one question. */
export interface Answer {
  /** Id of the question. */
  readonly question: string;
  /** True where the section cites an item. */
  readonly answered: boolean;
  readonly section: { readonly heading: string; readonly text: string };
}

const mostItems = 3;
const headingLength = 160;

/**
 * Answer to a question: up to three items of the outline, a paragraph each. It says plainly where they answer in part only, or where there
 * are none.
 */
export function answerQuestion({ id, text }: Question, { review, blocks }: { review: SgReview; blocks: readonly RawBlock[] }): Answer {
  const outlined = review.outline.find(({ question }) => question === id)?.items ?? [];
  const quoted: { item: string; text: string }[] = [];
  for (const item of new Set(outlined)) {
    if (quoted.length === mostItems) break;
    const passages = blocks.filter(({ candidate }) => candidate === item).flatMap((block) => citePassage(block.text, item) ?? []);
    if (passages.length > 0) quoted.push({ item, text: passages.join("\n\n") });
  }
  const partial = new Set(review.verdicts.flatMap(({ item, verdict }) => (verdict === "partial" ? [item] : [])));
  const paragraphs = quoted.map((one) => one.text);
  if (quoted.length === 0) paragraphs.unshift(boilerplate.notFound);
  else if (quoted.every(({ item }) => partial.has(item))) paragraphs.unshift(boilerplate.partial);
  return {
    question: id,
    answered: quoted.length > 0,
    // The heading has the question's id, so that it can't be taken for that of another part of the file.
    section: { heading: `${id}: ${oneLine(text, headingLength)}`, text: paragraphs.join("\n\n") },
  };
}
