// The candidate list as a second version of it would be: its front matter says the language. For test/rolling-upgrade.test.ts,
// which puts this in the place of the first, and the first beside it as candidate-list-1.ts.
import { z } from "zod";
import { defineArtifact, type Parsed } from "../define-artifact.ts";
import { earlierVersion } from "../earlier-version.ts";
import { candidateList as first, CandidateList as First } from "./candidate-list-1.ts";

export { Candidate, CandidateSource, ItemId, SourceId } from "./candidate-list-1.ts";

export const CandidateList = First.extend({ language: z.string().optional() });
export type CandidateList = z.infer<typeof CandidateList>;

const line = /^language: (.*)\n/m;
const asFirst = (text: string): string => text.replace("contract: candidate-list@2", "contract: candidate-list@1").replace(line, "");
const asSecond = (text: string, language = "und"): string =>
  text.replace("contract: candidate-list@1", `contract: candidate-list@2\nlanguage: ${language}`);

function parse(text: string, file: string): Parsed<CandidateList> {
  const language = line.exec(text)?.[1];
  if (language === undefined || !text.includes("contract: candidate-list@2"))
    return {
      ok: false,
      unmet: [
        {
          file,
          expected: "candidate-list@2, with its language",
          got: text.slice(0, 40),
          fix: "write 'language: en' below 'contract: candidate-list@2'",
        },
      ],
    };
  const parsed = first.parse(asFirst(text), file);
  return parsed.ok ? { ok: true, value: { ...parsed.value, language } } : parsed;
}

export const candidateList = defineArtifact({
  name: "candidate-list",
  version: 2,
  file: "candidate-list.md",
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  schema: CandidateList,
  parse,
  format: (value) => asSecond(first.format(value), value.language),
  complete(draft, context) {
    if (parse(draft, "candidate-list.md").ok) return { ok: true, value: draft };
    const completed = first.complete(asFirst(draft), context);
    return completed.ok ? { ok: true, value: asSecond(completed.value) } : completed;
  },
  earlier: [
    earlierVersion(first, {
      toCurrent: (value) => value,
      fromCurrent: ({ language: _, ...value }) => value,
    }),
  ],
});
