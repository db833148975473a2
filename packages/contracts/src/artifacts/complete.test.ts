import type { CompletionContext, Documents } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";
import { exampleRun } from "../testing/example-run.ts";
import { candidateList } from "./candidate-list/candidate-list.ts";
import { collected } from "./collected/collected.ts";
import { deRawOutput } from "./de-raw-output/de-raw-output.ts";
import { jpFinal } from "./jp-final/jp-final.ts";
import { sgReview } from "./sg-review/sg-review.ts";

const all = exampleRun();
const run = "01933a52-7c00-7000-8000-000000000001";
const inputs = (...names: string[]): Documents => Object.fromEntries(names.map((name) => [name, all[name] ?? []]));
const nano: CompletionContext = { run, documents: inputs("run", "brief", "source-text") };

test("a passage that is not in its source, or stands there twice, is reported with its line", () => {
  const draft = "== C1 S1\n| A receipt is signed.\n\n== C2 S1\n| A \n\n== C3 S7\n| x\n";
  expect(deRawOutput.complete(draft, nano)).toMatchObject({
    ok: false,
    unmet: [
      { line: 1, got: expect.stringContaining("not in S1.txt") },
      { line: 4, expected: "a passage that stands once in S1.txt", fix: expect.stringContaining("lines=3") },
      { line: 7, expected: "a source that is there: S1, S2", got: "S7" },
    ],
  });
});

test("lines= says which of several passages is meant", () => {
  const completed = deRawOutput.complete("== C1 S1 lines=8\n| A ", nano);
  expect(completed).toMatchObject({
    ok: true,
    value: expect.stringMatching(/^== C1 S1 bytes=\d+-\d+ lines=8-8 sha256=[0-9a-f]{64}\n\| A $/m),
  });
});

test("bytes= says it, too; a line without the passage says nothing", () => {
  const text = documentOf(collected, "A b A b\nA b\n");
  const first = (head: string) => deRawOutput.complete(`== C1 N1 ${head}\n| A b`, { run, documents: { collected: [text] } });
  expect(first("bytes=4-6")).toMatchObject({ ok: true, value: expect.stringContaining("bytes=4-6 lines=1-1") });
  expect(first("lines=2")).toMatchObject({ ok: true, value: expect.stringContaining("bytes=8-10 lines=2-2") });
  for (const head of ["bytes=5-7", "lines=3", "lines=99", "lines=0"])
    expect(first(head)).toMatchObject({ ok: false, unmet: [{ got: expect.stringContaining("lines 1, 1, 2:") }] });
});

test("bytes are those of the UTF-8 text, and a page is one between form feeds", () => {
  const text = documentOf(collected, "é袖\f🏃 runs\n");
  const completed = deRawOutput.complete("== C1 N1\n| 🏃 runs", { run, documents: { collected: [text] } });
  expect(completed).toMatchObject({ ok: true, value: expect.stringContaining("== C1 N1 bytes=6-14 lines=1-1 page=2 ") });
});

test("candidates get ids that are free, the answers to an only question, and the sources that they name", () => {
  const one = documentOf(collected, "text", 1);
  const documents = { ...nano.documents, collected: [one] };
  const origin = { "N1.txt": { origin: "https://example.org/a|b", fetched: "2026-11-24T18:00:00Z" } };
  const draft = "## First\n- source: S1\n- why: so\n\n## C1 — Second\n- source: S1\n- why: so\n";
  const completed = candidateList.complete(draft, { run, documents, collected: origin });
  const parsed = completed.ok ? candidateList.read(completed.value) : completed;
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      candidates: [
        { id: "C2", title: "First" },
        { id: "C1", title: "Second" },
      ],
      sources: [
        { id: "S1", name: "docs/glossary.md" },
        { id: "N1", name: "N1.txt", bytes: 4, ...origin["N1.txt"] },
      ],
      questions: [{ id: "Q1" }, { id: "Q2" }, { id: "Q3" }],
    },
  });
});

test("a file of another make is told what is missing, and of another version which is read", () => {
  expect(candidateList.complete("# Research pack\n\n- found: a lot\n", nano)).toMatchObject({
    ok: false,
    unmet: [{ path: "candidates", fix: expect.stringContaining("# Candidates") }],
  });
  expect(candidateList.complete("---\ncontract: candidate-list@9\n---\n# Candidates\n", nano)).toMatchObject({
    ok: false,
    unmet: [{ line: 2, got: "candidate-list@9", expected: expect.stringContaining("that are read here: 1") }],
  });
});

test("verdicts alone make a review: the outline by what candidates answer, a gap where nothing does", () => {
  const draft =
    "| item | verdict | into | reason |\n|---|---|---|---|\n| C1 | accepted | | so |\n| C2 | rejected | | no |\n| C3 | merged | C1 | same |\n";
  const documents = inputs("run", "brief", "source-text", "candidate-list", "de-raw-output");
  const completed = sgReview.complete(draft, { run, documents });
  expect(completed.ok ? sgReview.read(completed.value) : completed).toMatchObject({
    ok: true,
    value: {
      decision: "converged",
      outline: [
        { question: "Q1", items: ["C1"] },
        { question: "Q2", items: [] },
        { question: "Q3", items: [] },
      ],
      gaps: [{ question: "Q2" }, { question: "Q3" }],
    },
  });
});

test("a cell too many and an unknown verdict are reported with their lines", () => {
  const draft = "# Verdicts\n\n| item | verdict | reason |\n| --- | --- | --- |\n| C1 | yes | a | b |\n";
  expect(sgReview.complete(draft, { run, documents: {} })).toMatchObject({
    ok: false,
    unmet: [
      { line: 5, got: "4 cells", fix: expect.stringContaining("\\|") },
      { line: 5, path: "verdicts.0.verdict", got: "yes" },
    ],
  });
});

test("a text alone makes a final text: title of the brief, references of what it cites, the gaps of the review", () => {
  const documents = inputs("run", "brief", "candidate-list", "de-raw-output", "sg-review");
  const completed = jpFinal.complete("A node signs. [C1]\n", { run, documents });
  expect(completed.ok ? jpFinal.read(completed.value) : completed).toMatchObject({
    ok: true,
    value: {
      title: "Receipts",
      profile: "cited",
      decision: "accepted",
      sections: [{ heading: "", text: "A node signs. [C1]" }],
      references: [{ item: "C1", source: "S1", locator: "line 3" }],
      acceptance: { checks: [{ result: "passed" }], gaps: [{ question: "Q3 (Who invented the relay race?)" }] },
    },
  });
});
