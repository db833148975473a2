import { type AnyArtifact, type AnyRole, type Documents, judgeStage, type ValueOf } from "@tasuki/protocol";
import { arbitraryValue } from "@tasuki/protocol/testing";
import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { jp } from "../roles/jp.ts";
import { nano } from "../roles/nano.ts";
import { sg } from "../roles/sg.ts";
import { stageOf } from "../testing/change-documents.ts";
import { everyArtifact } from "../testing/every-artifact.ts";
import { exampleRun } from "../testing/example-run.ts";
import { statementsOf } from "../text/statements.ts";
import { authoring as listAuthoring } from "./candidate-list/authoring.ts";
import { candidateList } from "./candidate-list/candidate-list.ts";
import { authoring as rawAuthoring } from "./de-raw-output/authoring.ts";
import { deRawOutput } from "./de-raw-output/de-raw-output.ts";
import { authoring as finalAuthoring } from "./jp-final/authoring.ts";
import { jpFinal } from "./jp-final/jp-final.ts";
import { authoring as reviewAuthoring } from "./sg-review/authoring.ts";
import { sgReview } from "./sg-review/sg-review.ts";

const example = exampleRun();
const run = "01933a52-7c00-7000-8000-000000000001";

/** The example's value of an artifact. */
function valueOf<A extends AnyArtifact>(artifact: A): ValueOf<A> {
  return example[artifact.name]?.[0]?.value as ValueOf<A>; // a value that this very contract has read
}
const [list, raw, review, final] = [valueOf(candidateList), valueOf(deRawOutput), valueOf(sgReview), valueOf(jpFinal)];

const listDraft = listAuthoring.fromDraft({ candidates: list.candidates });
const rawDraft = rawAuthoring.fromDraft({
  passages: raw.blocks.map(({ candidate, source, text, lines }) => ({ candidate, source, quote: text, line: lines.first })),
});
const reviewDraft = (parts: object): string =>
  reviewAuthoring.fromDraft(reviewAuthoring.draft.parse({ verdicts: review.verdicts, ...parts }));
const [gap] = review.gaps;
const finalDraft = finalAuthoring.fromDraft({
  title: final.title,
  sections: final.sections.map(({ heading, text }, at) => ({
    question: `Q${at + 1}`,
    heading,
    sentences: statementsOf(text).flatMap(({ text, citations }) => (citations.length === 0 ? [] : [{ text, items: [...citations] }])),
  })),
});

/** The outputs that drafts come to: completed, read by their contracts and put through the gate. */
function outputsOf(role: AnyRole, drafts: Readonly<Record<string, string>>): Documents {
  const files = Object.entries(drafts).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
  const judged = judgeStage(role, { inputs: stageOf(role, example).inputs, drafts: files }, { run });
  if (!judged.ok) throw new Error(JSON.stringify(judged.unmet, null, 2));
  return judged.value;
}

const valuesIn = (documents: Documents): unknown[] => Object.values(documents).flatMap((own) => own.map(({ value }) => value));

test("what the drafts of nano have comes back, with what code finds: bytes, lines, pages, digests, sources, questions", () => {
  const [found, passages] = valuesIn(outputsOf(nano, { "candidate-list.md": listDraft, "de-raw-output.txt": rawDraft }));
  const candidates = list.candidates.map((candidate) => ({ ...candidate, locator: "", score: 0 }));
  expect(found).toEqual({ ...list, candidates });
  expect(passages).toEqual(raw);
});

test("a draft of sg's is its verdicts, and as much of the rest as it says", () => {
  const [alone] = valuesIn(outputsOf(sg, { "sg-review.md": reviewDraft({}) }));
  expect(alone).toEqual({ ...review, gaps: [{ question: "Q3", reason: "no accepted candidate answers it" }] });
  const { outline, gaps, contradictions } = review;
  const whole = {
    outline,
    contradictions: [...contradictions, { one: "C1", other: "C2", note: "nothing\nmuch" }],
    gaps: gaps.map(({ question, reason }) => ({ about: question, reason })),
    requests: [],
  };
  const [said] = valuesIn(outputsOf(sg, { "sg-review.md": reviewDraft(whole) }));
  expect(said).toEqual({ ...review, contradictions: [{ items: ["C1", "C2"], note: "nothing much" }] });
  const [back] = valuesIn(outputsOf(sg, { "sg-review.md": reviewDraft({ ...whole, requests: ["None.", "# find | more"] }) }));
  expect(back).toMatchObject({ decision: "rework", requests: ["None.", "# find | more"] });
});

test("a draft of jp's is its sentences and the items that they cite", () => {
  const [text] = valuesIn(outputsOf(jp, { "jp-final.txt": finalDraft }));
  const sections = final.sections.map(({ heading, text }, at) => ({ heading: `Q${at + 1}: ${heading}`, text }));
  expect(text).toEqual({
    ...final,
    sections,
    acceptance: { ...final.acceptance, gaps: [{ ...gap, question: "Q3 (Who invented the relay race?)" }] },
  });
});

test("a sentence that looks like a heading stays a sentence", () => {
  const written = finalAuthoring.fromDraft({
    title: "T",
    sections: [{ heading: "# H #", sentences: [{ text: "# Requests", items: ["C1"] }] }],
  });
  expect(written).toBe("# T\n\n## # H &#35;\n\n\\# Requests [C1]\n");
});

const drafted = (await everyArtifact()).flatMap((artifact) => (artifact.authoring?.draft ? [[artifact.name, artifact] as const] : []));

test("the four artifacts that authors write have a draft", () => {
  const names = ["candidate-list", "de-raw-output", "sg-review", "jp-final"];
  expect(drafted.map(([name]) => name)).toEqual(expect.arrayContaining(names));
});

test.for(drafted)("whatever the draft of %s, its text is made, completed or refused, and nothing throws", ([, { authoring, complete }]) => {
  assert(
    property(arbitraryValue(authoring?.draft ?? z.never()), (value) => {
      const completed = complete(authoring?.fromDraft?.(value as never) ?? "", { run, documents: example });
      expect(completed.ok || completed.unmet.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});
