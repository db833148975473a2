import { defineAuthoring } from "@tasuki/protocol";
import { z } from "zod";
import { normaliseSpace } from "../../text/sentences.ts";
import { boilerplate } from "../../text/statements.ts";
import { ItemId, QuestionId } from "../ids.ts";
import { formatDraft } from "./sections.ts";

const Sentence = z.object({
  text: z.string().describe("a sentence, without citations"),
  items: z.array(ItemId).describe("the accepted items that say it"),
});
const Draft = z.object({
  title: z.string(),
  sections: z
    .array(
      z.object({
        question: QuestionId.optional().describe("the question that it answers"),
        heading: z.string().describe("the question, in its words or in fewer"),
        sentences: z.array(Sentence).describe("none where the accepted items don't answer the question"),
      }),
    )
    .describe("one for each question"),
  requests: z.array(z.string()).optional().describe("what sg must settle, only to send the work back"),
});

/** Instructions for authors of a final text. A draft has sentences and the ids of cited items; completion adds references and acceptance. */
export const authoring = defineAuthoring({
  prompt: `A section for each question of \`in/brief.md\`; every sentence that says something ends with the accepted items that say it:

\`\`\`
# A title

## Q1: the question

It was founded in 1911 [C1]. A second sentence, of two items [C2][C4].

## Q2: the next question

Not found in the sources.
\`\`\`

Cite only items that \`in/sg-review.md\` accepts. What stands in quotation marks must stand so in a passage of a cited item,
character by character. Leave out the header, the references with their digests, and the acceptance: they are filled in
afterwards. To send the work back, add \`# Requests\` with one \`- …\` line for each thing that sg must settle.`,
  draft: Draft,
  fromDraft: ({ title, sections, requests = [] }) =>
    formatDraft({
      title: normaliseSpace(title),
      sections: sections.map(({ question, heading, sentences }) => ({
        heading: normaliseSpace(question === undefined ? heading : `${question}: ${heading}`),
        text: sentences.length === 0 ? boilerplate.notFound : sentences.map(toCited).join(" "),
      })),
      requests: requests.map(normaliseSpace),
    }),
});

function toCited({ text, items }: z.infer<typeof Sentence>): string {
  return `${normaliseSpace(text)} ${items.map((item) => `[${item}]`).join("")}`.trim();
}
