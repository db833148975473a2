import { defineAuthoring } from "@tasuki/protocol";
import { z } from "zod";
import { normaliseSpace } from "../../text/sentences.ts";
import { ItemId, QuestionId, SourceId } from "../ids.ts";
import { formatCandidates } from "./write.ts";

const Draft = z.object({
  candidates: z
    .array(
      z.object({
        id: ItemId.describe("C1, C2, … in order"),
        title: z.string().describe("what the passage is about, in a few words"),
        source: SourceId.describe("the file that it stands in: S1 for in/S1.txt"),
        answers: z.array(QuestionId).describe("the questions that it may answer"),
        why: z.string().describe("why it matters, in a sentence"),
      }),
    )
    .describe("one for each passage that may answer a question"),
});

/** Instructions for authors of a candidate list. A draft has the candidates; completion adds sources, questions and the front matter. */
export const authoring = defineAuthoring({
  prompt: `One section for each passage that may answer a question, or \`None.\` under \`# Candidates\`:

\`\`\`
# Candidates

## C1 — a title
- source: S1
- answers: Q1, Q2
- why: on one line, why it matters
\`\`\`

The questions are those of \`in/brief.md\`: its list under \`# Questions\`, else its lines that begin with \`Q1:\`, else its sentences that end
in a question mark, in order. Leave out the front matter, the digests and the tables of sources and questions: they are filled in
afterwards.`,
  draft: Draft,
  fromDraft: ({ candidates }) =>
    formatCandidates(
      candidates.map(({ id, title, source, answers, why }) => ({
        id,
        title: normaliseSpace(title),
        source,
        answers,
        why: normaliseSpace(why),
      })),
    ),
});
