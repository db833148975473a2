import type { Brief } from "@tasuki/contracts";
import { headingTitle, splitBlocks } from "../ranking/blocks.ts";
import { oneLine } from "./one-line.ts";

const most = 100;

/** A title for the answer: the brief's first heading, else its first question. */
export function titleOfBrief({ text, questions }: Brief): string {
  const headings = splitBlocks(text).filter(({ kind }) => kind === "heading");
  const title = headings.map((block) => oneLine(headingTitle(text, block), most)).find((heading) => !/^(?:questions?:?)?$/i.test(heading));
  return title ?? oneLine(questions[0]?.text ?? text, most);
}
