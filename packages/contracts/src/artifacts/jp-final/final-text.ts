import { Id, Line, type Rules, Sha256, Text } from "@tasuki/protocol";
import { z } from "zod";
import { ItemId, SourceId } from "../ids.ts";
import { Profile } from "../run/run.ts";
import { Gap, InputDigests } from "../sg-review/sg-review.ts";

export const Reference = z.object({
  item: ItemId,
  source: SourceId,
  /** Place in the source: `lines 120-128` or `page 4`. */
  locator: Line,
  /** SHA-256 of the quoted bytes. */
  sha256: Sha256,
});
export type Reference = z.infer<typeof Reference>;

/** Final text, as far as every version has it: the text that the run is for, its references, and the checks that jp made before it let the text go. */
export const FinalText = z.object({
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

/** Wording of the reports on the values of a final text; `where` is the part of the file that tells of the run. */
export function finalTextRules(where: string): Rules {
  return {
    run: { expected: "the run's id", fix: `write 'run: <id>' from run.json in ${where}` },
    profile: { expected: "cited or plain, as run.json says", fix: `write 'profile: cited' in ${where}` },
    inputs: {
      expected: "the files that were read, with their SHA-256",
      fix: `leave ${where} to completion, or name each file with its digest there`,
    },
    "inputs.*.sha256": { expected: "a SHA-256: 64 lower-case hexadecimal digits", fix: `leave ${where} to completion` },
    decision: { expected: "accepted or returned", fix: `write 'decision: accepted' in ${where}, or 'returned' with '# Requests'` },
    title: { expected: "the title, '# …'", fix: "add a line '# <title>'" },
    references: { expected: "a part '# References'", fix: "leave it to completion" },
    acceptance: { expected: "a part '# Acceptance'", fix: "leave it to completion, or add '# Acceptance' with '- passed: <check>' lines" },
    "acceptance.gaps.*.question": { expected: "the id of a question or source: Q1, S2", fix: "begin the gap with it: '- Q2: reason'" },
  };
}
