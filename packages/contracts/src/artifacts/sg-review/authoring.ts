import { defineAuthoring } from "@tasuki/protocol";
import { z } from "zod";
import { normaliseSpace } from "../../text/sentences.ts";
import { ItemId, QuestionId } from "../ids.ts";
import { formatParts } from "./write.ts";

const reason = z.string().describe("why, in a sentence");
const Draft = z.object({
  verdicts: z
    .array(
      z.object({
        item: ItemId,
        verdict: z.enum(["accepted", "partial", "rejected", "merged"]),
        into: ItemId.optional().describe("with merged: the accepted candidate that says the same"),
        reason,
      }),
    )
    .describe("one on every candidate"),
  outline: z
    .array(z.object({ question: QuestionId, items: z.array(ItemId) }))
    .optional()
    .describe("the accepted candidates for each question; left out, those that say that they answer it"),
  contradictions: z
    .array(z.object({ one: ItemId, other: ItemId, note: z.string().describe("what they contradict each other in") }))
    .optional(),
  gaps: z
    .array(z.object({ about: z.string().regex(/^[QSN][1-9][0-9]{0,4}$/, "the id of a question or a source"), reason }))
    .optional()
    .describe("the questions that nothing answers; left out, those without an item in the outline"),
  requests: z.array(z.string()).optional().describe("what nano must do, only to send the work back"),
});

/** Instructions for authors of a review. A draft has the verdicts; completion makes the parts that it leaves out of them and the candidate list. */
export const authoring = defineAuthoring({
  prompt: `A verdict on every candidate: accepted, partial, rejected, or merged into an accepted one.

\`\`\`
# Verdicts

| item | verdict | into | reason |
| --- | --- | --- | --- |
| C1 | accepted | | says when it was founded |
| C2 | merged | C1 | says the same |

# Outline

- Q1: C1

# Contradictions

- C1, C3: they name different years

# Gaps

- Q2: none of the sources says it
\`\`\`

Everything after the verdicts may be left out; the outline is then made of the accepted candidates. Leave out the front matter and its
digests: they are filled in afterwards. To send the work back, add
\`# Requests\` with one \`- …\` line for each thing that nano must do.`,
  draft: Draft,
  fromDraft: ({ verdicts, outline, contradictions, gaps, requests }) =>
    formatParts({
      verdicts: verdicts.map((verdict) => ({ ...verdict, reason: normaliseSpace(verdict.reason) })),
      ...(outline && { outline }),
      ...(contradictions && {
        contradictions: contradictions.map(({ one, other, note }) => ({ items: [one, other], note: normaliseSpace(note) })),
      }),
      ...(gaps && { gaps: gaps.map(({ about, reason }) => ({ question: about, reason: normaliseSpace(reason) })) }),
      ...(requests && { requests: requests.map(normaliseSpace) }),
    }),
});
