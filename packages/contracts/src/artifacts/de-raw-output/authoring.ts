import { defineAuthoring } from "@tasuki/protocol";
import { z } from "zod";
import { ItemId, SourceId } from "../ids.ts";
import { formatBlock } from "./write.ts";

const Draft = z.object({
  passages: z
    .array(
      z.object({
        candidate: ItemId.describe("the candidate that it stands behind, by its id in candidate-list.md"),
        source: SourceId.describe("the candidate's source"),
        quote: z.string().describe("the words of the passage as the source has them, with its line breaks"),
        line: z.int().positive().optional().describe("the line that it begins in, only where the words stand in the source more than once"),
      }),
    )
    .describe("at least one for each candidate"),
});

/** Instructions for authors of raw passages. A draft has their words; completion finds them in the source: bytes, lines, page and digest. */
export const authoring = defineAuthoring({
  prompt: `At least one verbatim passage for each candidate, every line of it after \`| \`:

\`\`\`
== C1 S1
| The first line of the passage, as it stands in in/S1.txt
| and the second.
\`\`\`

A passage must be verbatim, character by character, line breaks included, and long enough to occur once in its source. It begins and ends
with whole sentences, items, rows or lines, never inside one. Leave out the header, and of each passage the byte and line ranges, the page
and the digest: they are filled in afterwards.`,
  draft: Draft,
  fromDraft: ({ passages }) =>
    passages
      .map(({ candidate, source, quote, line }) =>
        formatBlock({ candidate, source, text: quote, ...(line !== undefined && { lines: { first: line, last: line } }) }),
      )
      .join("\n"),
});
