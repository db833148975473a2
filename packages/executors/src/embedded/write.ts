import type { InputsOf, OutputsOf } from "@tasuki/contracts";
import type { jp } from "@tasuki/contracts/roles/jp";
import { acceptText } from "./accept-text.ts";
import { answerQuestion } from "./answer-question.ts";
import { citedItems } from "./cited-items.ts";
import { contradictionsSection } from "./contradictions-section.ts";
import { finalGaps } from "./final-gaps.ts";
import { inputDigests } from "./input-digests.ts";
import { referencesTo } from "./references-to.ts";
import { titleOfBrief } from "./title-of-brief.ts";

/** What jp does without a model: it compiles the accepted passages, question by question, cites every sentence, and says what was not found. */
export function write(inputs: InputsOf<typeof jp>): OutputsOf<typeof jp> {
  const { run, brief } = inputs;
  const review = inputs["sg-review"].value;
  const raw = inputs["de-raw-output"].value;
  const usable = new Set(review.verdicts.flatMap(({ item, verdict }) => (verdict === "accepted" || verdict === "partial" ? [item] : [])));
  const blocks = raw.blocks.filter(({ candidate }) => usable.has(candidate));
  const answers = brief.value.questions.map((question) => answerQuestion(question, { review, blocks }));
  const answered = answers.map(({ section }) => section);
  const contradictions = contradictionsSection(review.contradictions, { blocks, cited: citedItems(answered) });
  const sections = contradictions ? [...answered, contradictions] : answered;
  const gaps = finalGaps(answers, { declared: review.gaps, sources: run.value.sources });
  const checks = acceptText(sections, { blocks, answers, gaps });
  const failed = checks.filter(({ result }) => result === "failed");
  return {
    "jp-final": {
      run: run.value.run,
      profile: run.value.profile,
      inputs: inputDigests(inputs),
      decision: failed.length === 0 ? "accepted" : "returned",
      title: titleOfBrief(brief.value),
      sections,
      references: referencesTo(citedItems(sections), blocks),
      acceptance: { checks, gaps },
      requests: failed.map(({ name, detail }) => `settle this: ${name}: ${detail}`),
    },
  };
}
