import { defineArtifact, Id, judge, Line, type Parsed, type Rules, Sha256, Text } from "@tasuki/protocol";
import { z } from "zod";
import { ItemId, SourceId } from "../ids.ts";
import { Profile } from "../run/run.ts";
import { Gap, InputDigests } from "../sg-review/sg-review.ts";
import { authoring } from "./authoring.ts";
import { completeJpFinal } from "./complete.ts";
import { readJpFinal } from "./read.ts";
import { formatJpFinal } from "./write.ts";

export const Reference = z.object({
  item: ItemId,
  source: SourceId,
  /** Place in the source: `lines 120-128` or `page 4`. */
  locator: Line,
  /** SHA-256 of the quoted bytes. */
  sha256: Sha256,
});
export type Reference = z.infer<typeof Reference>;

/** Value of jp-final.txt: the text that the run is for, its references, and the checks that jp made before it let the text go. */
export const JpFinal = z.object({
  run: Id,
  profile: Profile,
  inputs: InputDigests,
  decision: z.enum(["accepted", "returned"]),
  title: Line,
  /** Sections in order. Paragraphs in `text` are parted by a blank line; sentences end with citations such as `[C1]` or `[C1][C4]`. */
  sections: z.array(z.object({ heading: Line, text: Text })),
  references: z.array(Reference),
  acceptance: z.object({
    checks: z.array(z.object({ name: Line.min(1), result: z.enum(["passed", "failed"]), detail: Line })),
    gaps: z.array(Gap),
  }),
  /** Requests to sg, with `returned`. */
  requests: z.array(Line),
});
export type JpFinal = z.infer<typeof JpFinal>;

const rules: Rules = {
  run: { expected: "the run's id", fix: "write 'run: <id>' from run.json in the header" },
  profile: { expected: "cited or plain, as run.json says", fix: "write 'profile: cited' in the header" },
  inputs: {
    expected: "the files that were read, with their SHA-256",
    fix: "write 'inputs: name sha256=<digest>' in the header, a line for each file",
  },
  "inputs.*.sha256": { expected: "a SHA-256: 64 lower-case hexadecimal digits", fix: "write 'inputs: name sha256=<digest>'" },
  decision: { expected: "accepted or returned", fix: "write 'decision: accepted' in the header, or 'returned' with '# Requests'" },
  title: { expected: "the title, '# …', after the header", fix: "add a line '# <title>'" },
  references: {
    expected: "a part '# References'",
    fix: "leave it to completion, or add '# References' with '[C1] S1, lines 3-5, sha256=<digest>' lines",
  },
  acceptance: { expected: "a part '# Acceptance'", fix: "leave it to completion, or add '# Acceptance' with '- passed: <check>' lines" },
  "acceptance.gaps.*.question": { expected: "the id of a question or source: Q1, S2", fix: "write '- gap Q2: reason'" },
};

const contract = {
  name: "jp-final",
  version: 1,
  file: "jp-final.txt",
  schema: JpFinal,
  rules,
  read(text: string, fileName: string): Parsed<JpFinal> {
    const { report, draft } = readJpFinal(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, { requests: [], inputs: [], ...draft });
  },
} as const;

export const jpFinal = defineArtifact({
  ...contract,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  write: formatJpFinal,
  complete: (text, context) => completeJpFinal(text, contract, context),
  authoring,
  decides: { field: "decision", forward: "accepted", back: "returned" },
});
