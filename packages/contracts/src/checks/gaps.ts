import { type Document, gapOfSource, type Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { Run } from "../artifacts/run/run.ts";
import type { Gap } from "../artifacts/sg-review/sg-review.ts";
import { place } from "./collect.ts";

/** The id of the question or source that a gap is about: `Q1` for `Q1` and `Q1 — Why?`, `S3` for `S3: a scan`. */
export function subjectOf(gap: Gap): string | undefined {
  return /^\s*([QSN][1-9][0-9]{0,4})(?![\p{L}\p{N}])/u.exec(gap.question)?.[1];
}

/** Checks that every gap is about a question of the brief or about a source, and gives a reason. */
export function* checkGaps(file: Document, gaps: readonly Gap[], { brief, run }: { brief: Brief; run: Run }): Generator<Unmet> {
  const questions = new Set(brief.questions.map(({ id }) => id));
  const sources = new Set(run.sources.map(({ id }) => id));
  for (const gap of gaps) {
    const subject = subjectOf(gap);
    const at = () => ({ ...place(file, gap.question, gap.reason), path: `gaps.${subject ?? gap.question}` });
    if (subject === undefined || !(questions.has(subject) || sources.has(subject) || subject.startsWith("N")))
      yield {
        ...at(),
        expected: `a question of the brief (${[...questions].join(", ")}) or a source of the run`,
        got: gap.question,
        fix: "begin the gap with the id of the question or source that it is about",
      };
    if (gap.reason.trim() === "") yield { ...at(), expected: "the reason of the gap", got: "none", fix: "say why it is not answered" };
  }
}

/**
 * Checks that every source that could not be read is a declared gap, so that no reader takes the text for one that knew the source; and those that
 * were read in part or by a guess, where `inPart` is true, since what was not found may stand in what was left out.
 */
export function* checkSourcesDeclared(
  file: Document,
  gaps: readonly Gap[],
  { run, inPart }: { readonly run: Run; readonly inPart: boolean },
): Generator<Unmet> {
  const declared = new Set(gaps.map(subjectOf));
  for (const source of run.sources) {
    const reason = source.text && !inPart ? undefined : gapOfSource(source);
    if (reason === undefined || declared.has(source.id)) continue;
    yield {
      file: file.name,
      path: `gaps.${source.id}`,
      expected: `a gap for ${source.id} (${source.label}), which ${reason}`,
      got: "none",
      fix: `declare ${source.id} as a gap, with this reason`,
    };
  }
}
