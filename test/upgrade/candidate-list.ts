// The candidate list as a second version of it would be: its front matter says the language. For test/rolling-upgrade.test.ts,
// which puts this in the place of the first, and the first beside it as candidate-list-1.ts.
import { defineArtifact, earlierVersion, type Parsed } from "@tasuki/protocol";
import { z } from "zod";
import { candidateList as first, CandidateList as First } from "./candidate-list-1.ts";

export { Candidate, CandidateSource } from "./candidate-list-1.ts";

export const CandidateList = First.extend({ language: z.string().optional() });
export type CandidateList = z.infer<typeof CandidateList>;

const line = /^language: (.*)\n/m;
const asFirst = (text: string): string => text.replace("contract: candidate-list@2", "contract: candidate-list@1").replace(line, "");
const asSecond = (text: string, language = "und"): string =>
  text.replace("contract: candidate-list@1", `contract: candidate-list@2\nlanguage: ${language}`);

function read(text: string, file: string): Parsed<CandidateList> {
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
  const parsed = first.read(asFirst(text), file);
  return parsed.ok ? { ok: true, value: { ...parsed.value, language } } : parsed;
}

export const candidateList = defineArtifact({
  name: "candidate-list",
  version: 2,
  file: "candidate-list.md",
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  schema: CandidateList,
  read,
  write: (value) => asSecond(first.write(value), value.language),
  complete(draft, context) {
    if (read(draft, "candidate-list.md").ok) return { ok: true, value: draft };
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
