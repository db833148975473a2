import { type AnyArtifact, type Unmet } from "@tasuki/protocol";
import { type Fill, flood, once, type Recipe, type Subject } from "@tasuki/protocol/testing";
import { everyArtifact } from "../every-artifact.ts";
import { exampleRun } from "../example-run.ts";
import { collect } from "../../checks/collect.ts";
import { checkAnsweredQuestions } from "../../checks/answered-questions.ts";
import { checkCandidateQuestions } from "../../checks/candidate-questions.ts";
import { checkCandidateSources } from "../../checks/candidate-sources.ts";
import { checkCitedSentences, checkReferences, checkSourceNames } from "../../checks/citations.ts";
import { checkAcceptance, checkDecision } from "../../checks/decision.ts";
import { checkGaps, checkSourcesDeclared } from "../../checks/gaps.ts";
import { checkInputsRead } from "../../checks/inputs-read.ts";
import { checkContradictions, checkOutline } from "../../checks/outline.ts";
import { checkOmissions } from "../../checks/omissions.ts";
import { checkQuotations, checkVerbatimStatements, passagesOf } from "../../checks/quotations.ts";
import { checkRawBlocks } from "../../checks/raw-blocks.ts";
import { checkSameRun } from "../../checks/same-run.ts";
import { checkSourceTexts } from "../../checks/source-texts.ts";
import { checkWholePassages } from "../../checks/whole-passages.ts";
import { checkVerdicts } from "../../checks/verdicts.ts";
import { tokens } from "./tokens.ts";
import { kindOf, type Stage, stageParts, toStage } from "./stage.ts";

const example = exampleRun();
const run = "01933a52-7c00-7000-8000-000000000001";

/** Checks, each with the parts of a stage that it reads. */
const checks: Readonly<Record<string, readonly [parts: string, check: (stage: Stage) => Iterable<Unmet>]>> = {
  checkAnsweredQuestions: ["questions headings texts gaps", ({ final, brief }) => checkAnsweredQuestions(final, brief.value)],
  checkCandidateQuestions: ["ids questions candidates", ({ list, brief }) => checkCandidateQuestions(list, brief.value)],
  checkCandidateSources: ["candidates sources", ({ list, sources }) => checkCandidateSources(list, sources)],
  checkCitedSentences: ["texts tails headings", ({ final }) => checkCitedSentences(final)],
  checkReferences: ["ids blocks references verdicts texts", ({ final, raw, review }) => checkReferences(final, raw, review)],
  checkDecision: ["texts", ({ final }) => checkDecision(final, "returned")],
  checkAcceptance: ["checks texts", ({ final, run }) => checkAcceptance(final, run.value)],
  checkGaps: [
    "gaps questions labels",
    ({ review, brief, run }) => checkGaps(review, review.value.gaps, { brief: brief.value, run: run.value }),
  ],
  checkSourcesDeclared: [
    "gaps labels",
    ({ final, run }) => checkSourcesDeclared(final, final.value.acceptance.gaps, { run: run.value, inPart: true }),
  ],
  checkSourceNames: ["references labels", ({ final, run, list }) => checkSourceNames(final, run.value, list.value)],
  checkInputsRead: [
    "inputs",
    ({ review, list, raw, run, brief }) => checkInputsRead(review, { handedOn: [list, raw], given: [run, brief] }),
  ],
  checkOutline: ["ids questions outline verdicts", ({ review, brief }) => checkOutline(review, brief.value)],
  checkContradictions: ["ids contradictions candidates verdicts", ({ review, list }) => checkContradictions(review, list)],
  checkQuotations: [
    "ids blocks verdicts texts tails questions",
    ({ final, raw, review, brief }) => checkQuotations(final, passagesOf(final, raw, review.value), brief.value),
  ],
  checkOmissions: [
    "ids blocks verdicts texts tails",
    ({ final, raw, review }) => checkOmissions(final, passagesOf(final, raw, review.value)),
  ],
  checkVerbatimStatements: [
    "ids blocks verdicts texts tails",
    ({ final, raw, review }) => checkVerbatimStatements(final, passagesOf(final, raw, review.value)),
  ],
  checkRawBlocks: ["ids blocks sources candidates", ({ raw, list, sources }) => checkRawBlocks(raw, list, sources)],
  checkWholePassages: ["blocks sources texts", ({ raw, sources }) => checkWholePassages(raw, sources)],
  checkSameRun: ["questions texts", ({ run, brief, list, raw, review, final }) => checkSameRun(run, brief, [list, raw, review, final])],
  checkSourceTexts: ["sources labels", ({ run, texts }) => checkSourceTexts(run, texts)],
  checkVerdicts: ["verdicts candidates", ({ review, list }) => checkVerdicts(review, list)],
};

/**
 * Inputs that were once too slow, by what is given them, or would be without a limit. A name that begins with `read` or `complete` is of an
 * artifact, any other of a check.
 */
const known: Readonly<Record<string, readonly Recipe[]>> = {
  // As many rows as columns, and a table for each verdict.
  "read sg-review": [
    { one: once("# Verdicts\n\n"), two: flood("|a"), three: flood("\n|") },
    { one: flood("# Verdicts\n| item | verdict |\n| C1 | x |\n") },
  ],
  "read candidate-list": [{ one: once("# Candidates\n\n# Sources\n\n"), two: flood("|a"), three: flood("\n|") }],
  // A long key above many values, and one that looks like a path.
  "read run": [
    { one: once('{"'), two: flood("k"), three: once('":[{}'), four: flood(",{}"), five: once("]}") },
    { one: once('{"versions":{"'), two: flood("a."), three: once('":0}}') },
  ],
  // A short passage in a long source, again and again.
  "complete de-raw-output": [
    { one: flood("== C1 S2\n| a\n"), sources: flood("a") },
    { one: flood("== C1 S2 lines=2\n| a\n"), sources: flood("b a ") },
  ],
  // A line that has an item's id again and again, and contradictions that are not in that line.
  checkContradictions: [{ verdicts: flood("C1 "), contradictions: flood("- x", "units") }],
  checkAnsweredQuestions: [{ questions: flood("a b ", "units"), headings: flood("x ", "lines"), texts: flood("y", "units") }],
  checkReferences: [{ ids: once("d"), blocks: flood("a ", "units"), references: flood("x", "units") }],
  checkCitedSentences: [{ texts: flood("a: [C1] "), tails: flood("  ") }],
  checkQuotations: [
    { blocks: flood("a"), texts: flood("“b” ") },
    { texts: flood("“b” "), tails: flood("[C1]") },
    { blocks: flood("a"), texts: flood("b [C1] ") },
  ],
  checkVerbatimStatements: [{ blocks: flood("a"), texts: flood("b [C1] ") }],
};

/** A text for an artifact: the parts of an input, after a good beginning or none. */
function textOf(fill: Fill, good: string): string {
  const begins = ["", good, good.slice(0, good.indexOf("\n\n") + 2), good.slice(0, good.length / 2)];
  return [begins[kindOf(fill("head")) % begins.length], ...["one", "two", "three", "four", "five"].flatMap(fill)].join("");
}

/** The reading and the completion of an artifact. */
function subjectsOf(artifact: AnyArtifact): Subject[] {
  const { name, file, maxBytes } = artifact;
  const parts = ["head", "one", "two", "three", "four", "five"];
  const good = example[name]?.[0]?.text ?? "";
  return [
    {
      name: `read ${file}`,
      parts,
      tokens,
      known: known[`read ${name}`] ?? [],
      maxBytes,
      prepare(fill) {
        const text = textOf(fill, good);
        return { bytes: Buffer.byteLength(text), run: () => artifact.read(text) };
      },
    },
    {
      name: `complete ${file}`,
      parts: [...parts, ...stageParts],
      tokens,
      known: known[`complete ${name}`] ?? [],
      prepare(fill) {
        const text = textOf(fill, good);
        const { documents, bytes } = toStage(fill);
        return { bytes: bytes + Buffer.byteLength(text), run: () => artifact.complete(text, { run, documents }) };
      },
    },
  ];
}

function subjectOf([name, [parts, check]]: readonly [string, (typeof checks)[string]]): Subject {
  return {
    name,
    parts: parts.split(" "),
    tokens,
    known: known[name] ?? [],
    prepare(fill) {
      const stage = toStage(fill);
      return { bytes: stage.bytes, run: () => collect(check(stage)) };
    },
  };
}

export const subjects: readonly Subject[] = [...(await everyArtifact()).flatMap(subjectsOf), ...Object.entries(checks).map(subjectOf)];
