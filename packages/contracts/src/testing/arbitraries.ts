import { type Notes, toNote } from "@tasuki/protocol";
import { anyCharacter, arbitraryText } from "@tasuki/protocol/testing";
import {
  type Arbitrary,
  array,
  constantFrom,
  date,
  dictionary,
  double,
  integer,
  option,
  record,
  string,
  tuple,
  uniqueArray,
  uuid,
} from "fast-check";
import { brief, type Brief } from "../artifacts/brief/brief.ts";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import type { DeRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import type { Run } from "../artifacts/run/run.ts";
import type { SgReview } from "../artifacts/sg-review/sg-review.ts";

/** Texts of one line (`line`) and of several (`text`), with words and lines that the shipped formats give a meaning to. */
export const { line, text } = arbitraryText({
  words: ["== C1 S1", "C1", "Q1: x", "gap Q1", "References"],
  lines: ["== C1"],
});
const someLine = line.map((text) => (text === "" ? "x" : text));

const id = uuid({ version: 7 });
const sha256 = string({ unit: constantFrom(...Array.from("0123456789abcdef")), minLength: 64, maxLength: 64 });
const numbered = (letters: string): Arbitrary<string> =>
  tuple(constantFrom(...Array.from(letters)), integer({ min: 1, max: 99_999 })).map(([letter, n]) => `${letter}${n}`);
const itemId = numbered("C");
const sourceId = numbered("SN");
const questionId = integer({ min: 1, max: 999 }).map((n) => `Q${n}`);
const fileName = tuple(constantFrom("run.json", "brief.md", "S1.txt", "null", "123", "1e5", "a.b_c-"), integer({ min: 0, max: 999 })).map(
  ([name, n]) => `${name}${n}`,
);
const count = integer({ min: 0, max: 10_000_000 });
const inputs = uniqueArray(record({ name: fileName, sha256 }), { selector: ({ name }) => name, maxLength: 4 });
const gap = record({ question: someLine, reason: line });

const candidateListValue: Arbitrary<CandidateList> = record({
  run: id,
  brief: sha256,
  candidates: uniqueArray(
    record({
      id: itemId,
      title: line,
      source: sourceId,
      locator: line,
      score: double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((score) => score + 0),
      answers: array(questionId, { maxLength: 3 }),
      why: line,
    }),
    { selector: ({ id }) => id, maxLength: 4 },
  ),
  sources: uniqueArray(record({ id: sourceId, name: line, sha256, bytes: count, origin: line, fetched: line }), {
    selector: ({ id }) => id,
    maxLength: 4,
  }),
  questions: uniqueArray(record({ id: questionId, text: someLine }), { selector: ({ id }) => id, maxLength: 4 }),
});

const rangeFrom = (min: number): Arbitrary<{ first: number; last: number }> => record({ first: integer({ min }), last: integer({ min }) });
const deRawOutputValue: Arbitrary<DeRawOutput> = record({
  run: id,
  blocks: array(
    record(
      {
        candidate: itemId,
        source: sourceId,
        bytes: rangeFrom(0),
        lines: rangeFrom(1),
        page: integer({ min: 1 }),
        sha256,
        text: text.map((lines) => (lines === "" ? "x" : lines)),
      },
      { requiredKeys: ["candidate", "source", "bytes", "lines", "sha256", "text"] },
    ),
    { maxLength: 4 },
  ),
});

const sgReviewValue: Arbitrary<SgReview> = record({
  run: id,
  inputs,
  decision: constantFrom("converged", "rework"),
  verdicts: array(
    record(
      { item: itemId, verdict: constantFrom("accepted", "partial", "rejected", "merged"), into: itemId, reason: line },
      { requiredKeys: ["item", "verdict", "reason"] },
    ),
    { maxLength: 4 },
  ),
  outline: array(record({ question: questionId, items: array(itemId, { maxLength: 3 }) }), { maxLength: 3 }),
  contradictions: array(record({ items: tuple(itemId, itemId), note: line }), { maxLength: 3 }),
  gaps: array(gap, { maxLength: 3 }),
  requests: array(line, { maxLength: 3 }),
});

const jpFinalValue: Arbitrary<JpFinal> = record({
  run: id,
  profile: constantFrom("cited", "plain"),
  inputs,
  decision: constantFrom("accepted", "returned"),
  title: line,
  sections: array(record({ heading: line, text }), { maxLength: 3 }),
  references: array(record({ item: itemId, source: sourceId, locator: line, sha256 }), { maxLength: 3 }),
  sources: uniqueArray(record({ id: sourceId, name: line, origin: line, fetched: line }), { selector: ({ id }) => id, maxLength: 3 }),
  acceptance: record({
    checks: array(record({ name: someLine, result: constantFrom("passed", "failed"), detail: line }), { maxLength: 3 }),
    gaps: array(gap, { maxLength: 3 }),
  }),
  requests: array(line, { maxLength: 3 }),
});

const size = count;
const runValue: Arbitrary<Run> = record({
  contract: constantFrom("run@1"),
  run: id,
  brief: sha256,
  profile: constantFrom("cited", "plain"),
  sources: uniqueArray(
    record(
      {
        id: numbered("S"),
        label: string({ unit: anyCharacter }),
        raw: record({ name: fileName, sha256, size, mediaType: constantFrom("text/plain", "application/pdf") }),
        text: record({ name: fileName, sha256, size }),
        extractor: line,
        unreadable: line,
        blocks: array(record({ from: count, to: count, kind: constantFrom("navigation", "table-header", "of-a-later-release") }), {
          maxLength: 3,
        }),
        dropped: array(line, { maxLength: 2 }),
        guessed: array(line, { maxLength: 2 }),
      },
      { requiredKeys: ["id", "label", "raw"] },
    ),
    { selector: ({ id }) => id, maxLength: 3 },
  ),
  route: array(record({ role: constantFrom("nano", "sg", "jp"), consumes: array(line), produces: array(line) }), {
    minLength: 1,
    maxLength: 3,
  }),
  versions: dictionary(constantFrom("run", "brief", "jp-final"), integer({ min: 1 })),
  clocks: record({
    scheduleToStart: integer({ min: 1 }),
    heartbeat: integer({ min: 1 }),
    startToClose: integer({ min: 1 }),
    scheduleToClose: integer({ min: 1 }),
  }),
  deadline: date({ min: new Date(0), max: new Date("2200-01-01T00:00:00Z"), noInvalidDate: true }).map((at) => at.toISOString()),
});

const briefValue: Arbitrary<Brief> = tuple(text, option(someLine)).map(([body, question]) => {
  const parsed = brief.read(question === null ? body : `${body}\nQ1: ${question}x\n`);
  return parsed.ok ? parsed.value : { text: "What is it?", questions: [{ id: "Q1", text: "What is it?" }] };
});

const notesValue: Arbitrary<Notes> = record({
  run: id,
  notes: array(
    record({
      kind: constantFrom("unmet" as const, "request" as const, "answer" as const, "note" as const),
      to: constantFrom("nano", "sg"),
      by: line,
      at: date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }).map(Number),
      text,
    }).map(toNote),
    { maxLength: 4 },
  ),
});

/** Arbitrary values by artifact name, of every shape that the artifact's schema takes. */
export const arbitraryValueOf = {
  run: runValue,
  brief: briefValue,
  "source-text": text,
  collected: text,
  "candidate-list": candidateListValue,
  "de-raw-output": deRawOutputValue,
  "sg-review": sgReviewValue,
  "jp-final": jpFinalValue,
  notes: notesValue,
} as const;
