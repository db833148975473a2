import { gapOfSource } from "@tasuki/protocol";
import type { Brief } from "../brief/brief.ts";
import type { Run } from "../run/run.ts";
import type { Gap } from "./sg-review.ts";

/** Gaps for the sources that were not read, not read whole, or read by a guess, each with the extractor's reason. */
export function sourceGaps(sources: Run["sources"]): Gap[] {
  return sources.flatMap((source) => {
    const reason = gapOfSource(source);
    return reason === undefined ? [] : [{ question: source.id, reason: reason.slice(0, longestReason) }];
  });
}

const longestReason = 600;
// Length of a question or label, characters.
const longest = 160;

/** The gap with the words of its question, or the label of its source, behind the id, where it has the id alone: `Q3 (Who signs?)`. */
export function nameGap({ question, reason }: Gap, brief: Pick<Brief, "questions">, run: Pick<Run, "sources">): Gap {
  const id = question.trim();
  const words = brief.questions.find((one) => one.id === id)?.text ?? run.sources.find((one) => one.id === id)?.label;
  const said = words?.replaceAll(/[\s\p{Cc}]+/gu, " ").trim() ?? "";
  if (said === "") return { question, reason };
  const characters = Array.from(said);
  return { question: `${id} (${characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : said})`, reason };
}
