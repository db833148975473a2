import { z } from "zod";
import { defineArtifact, type Parsed } from "../define-artifact.ts";
import { completeJpFinal } from "../format/complete-jp-final.ts";
import { formatJpFinal } from "../format/format-jp-final.ts";
import { Line, Text } from "../format/line.ts";
import { readJpFinal } from "../format/read-jp-final.ts";
import { judge, type Rules } from "../format/report.ts";
import { Id, Sha256 } from "../identifiers.ts";
import { ItemId, SourceId } from "./candidate-list.ts";
import { Profile } from "./run.ts";
import { Gap, InputDigests } from "./sg-review.ts";

export const Reference = z.object({
  item: ItemId,
  source: SourceId,
  /** `lines 120-128` or `page 4`. */
  locator: Line,
  /** SHA-256 of the quoted bytes. */
  sha256: Sha256,
});
export type Reference = z.infer<typeof Reference>;

/** jp-final.txt: the text that the run is for, its references, and what jp checked before it let it go. */
export const JpFinal = z.object({
  run: Id,
  profile: Profile,
  inputs: InputDigests,
  decision: z.enum(["accepted", "returned"]),
  title: Line,
  /** Sections in order; paragraphs in `text` are parted by a blank line; sentences end with citations such as `[C1]` or `[C1][C4]`. */
  sections: z.array(z.object({ heading: Line, text: Text })),
  references: z.array(Reference),
  acceptance: z.object({
    checks: z.array(z.object({ name: Line.min(1), result: z.enum(["passed", "failed"]), detail: Line })),
    gaps: z.array(Gap),
  }),
  /** With `returned`: what sg must settle. */
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
  parse(text: string, fileName: string): Parsed<JpFinal> {
    const { report, draft } = readJpFinal(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, { requests: [], inputs: [], ...draft });
  },
} as const;

export const jpFinal = defineArtifact({
  ...contract,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  format: formatJpFinal,
  complete: (text, context) => completeJpFinal(text, contract, context),
});
