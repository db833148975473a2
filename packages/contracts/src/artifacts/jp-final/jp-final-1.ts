import { defineArtifact, judge, type Parsed, toInline } from "@tasuki/protocol";
import type { z } from "zod";
import { toKey } from "../sg-review/write.ts";
import { authoring } from "./authoring.ts";
import { completeJpFinal } from "./complete.ts";
import { FinalText, finalTextRules } from "./final-text.ts";
import { readJpFinal } from "./read.ts";
import { requestLines, textLines } from "./sections.ts";
import { toName } from "./write.ts";

type JpFinal1 = z.infer<typeof FinalText>;

const contract = {
  name: "jp-final",
  version: 1,
  file: "jp-final.txt",
  schema: FinalText,
  rules: finalTextRules("the header"),
  read(text: string, fileName: string): Parsed<JpFinal1> {
    const { report, draft } = readJpFinal(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, { requests: [], inputs: [], ...draft });
  },
} as const;

/** Artifact of the final text in version 1: run, inputs and digests stand above the text and in the references. */
export const jpFinal1 = defineArtifact({
  ...contract,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  write: format,
  complete: (text, context) => completeJpFinal(text, contract, { ...context, format }),
  authoring,
  decides: { field: "decision", forward: "accepted", back: "returned", requests: "requests" },
});

function format({ run, profile, inputs, decision, references, acceptance, requests, ...text }: JpFinal1): string {
  return [
    "contract: jp-final@1",
    `run: ${run}`,
    `profile: ${profile}`,
    ...inputs.map(({ name, sha256 }) => `inputs: ${name} sha256=${sha256}`),
    `decision: ${decision}`,
    "",
    ...textLines(text),
    "# References",
    "",
    ...references.map(({ item, source, locator, sha256 }) => `[${item}] ${source}, ${toInline(locator)}, sha256=${sha256}`),
    ...(references.length === 0 ? ["None."] : []),
    "",
    "# Acceptance",
    "",
    ...acceptance.checks.map(({ name, result, detail }) => `- ${result}: ${toName(name)}${detail === "" ? "" : `: ${toInline(detail)}`}`),
    ...acceptance.gaps.map(({ question, reason }) => `- gap ${toKey(question)}: ${toInline(reason)}`),
    ...(acceptance.checks.length + acceptance.gaps.length === 0 ? ["None."] : []),
    "",
    ...requestLines(requests),
  ].join("\n");
}
