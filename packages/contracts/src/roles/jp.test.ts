import { type Documents, gate } from "@tasuki/protocol";
import { describe, expect, it } from "vitest";
import { deRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import { type JpFinal, jpFinal } from "../artifacts/jp-final/jp-final.ts";
import { run } from "../artifacts/run/run.ts";
import { sgReview } from "../artifacts/sg-review/sg-review.ts";
import { changed, relinked, stageOf } from "../testing/change-documents.ts";
import { exampleRun } from "../testing/example-run.ts";
import { boilerplate } from "../text/statements.ts";
import { jp } from "./jp.ts";

const example = exampleRun();
const zeros = "0".repeat(64);

const check = (documents: Documents, producer?: string) => gate(jp, stageOf(jp, documents), { producer });
const withFinal = (to: (final: JpFinal) => Partial<JpFinal>, from = example) =>
  changed(from, jpFinal, { to: (final) => ({ ...final, ...to(final) }) });
/** The documents with this text in the section on Q1. */
const saying = (text: string, from = example) =>
  withFinal(({ sections }) => ({ sections: sections.map((section, at) => (at === 0 ? { ...section, text } : section)) }), from);
const withReference = (change: Partial<JpFinal["references"][number]>) =>
  withFinal(({ references }) => ({ references: references.map((reference, at) => (at === 1 ? { ...reference, ...change } : reference)) }));
const plainRun = changed(example, run, { to: (value) => ({ ...value, profile: "plain" as const }) });
const plain = withFinal(() => ({ profile: "plain" }), relinked(plainRun));

describe("jp's gate", () => {
  it("holds for the example", () => {
    expect(check(example)).toEqual([]);
  });

  it.each<[string, Documents, object]>([
    ["a text of another run", withFinal(() => ({ run: "01933a52-7c00-7000-8000-00000000ffff" })), { line: 31, path: "run" }],
    ["another profile than the run's", withFinal(() => ({ profile: "plain" })), { line: 32, path: "profile", got: "plain" }],
    [
      "another digest of the review",
      withFinal(({ inputs }) => ({ inputs: inputs.map((input) => ({ ...input, sha256: zeros })) })),
      { path: "inputs.sg-review.md", got: zeros },
    ],
    [
      "a review that was not read",
      withFinal(({ inputs }) => ({ inputs: inputs.filter(({ name }) => name !== "sg-review.md") })),
      { path: "inputs", got: "no such input" },
    ],
    [
      "a review that changed after it was read",
      changed(example, sgReview, { to: (review) => ({ ...review, gaps: [...review.gaps, ...review.gaps] }) }),
      { path: "inputs.sg-review.md" },
    ],
    ["a citation of a merged item", saying("A node signs. [C3]"), { path: "citations.C3", got: "C3", line: 5 }],
    ["a citation of no item", saying("A node signs. [C1][C9]"), { path: "citations.C9", got: "C9" }],
    [
      "a cited item without a reference",
      withFinal(({ references }) => ({ references: references.slice(1) })),
      { path: "citations.C1", got: "none" },
    ],
    ["a reference to a rejected item", withReference({ item: "C3" }), { path: "references.C3", got: "C3" }],
    ["a reference with another digest", withReference({ sha256: zeros }), { path: "references.C2" }],
    ["a reference to another source", withReference({ source: "S1" }), { path: "references.C2" }],
    [
      "a reference to other lines",
      withReference({ locator: "lines 1-2" }),
      { path: "references.C2", got: expect.stringContaining("lines 1-2") },
    ],
    ["a reference to another page", withReference({ locator: "page 1" }), { path: "references.C2" }],
    ["a reference to no place", withReference({ locator: "somewhere" }), { path: "references.C2" }],
    ["a sentence without a citation", saying("A receipt is signed. [C1] It is also kept."), { got: "It is also kept.", line: 5 }],
    [
      "a quotation that is not verbatim",
      saying("It is “a signed statement by a node that knows”. [C1]"),
      { got: "“a signed statement by a node that knows”" },
    ],
    [
      "a quotation that ends before its sentence does",
      saying("They say: “A receipt is a signed statement.” [C1]"),
      { got: "“A receipt is a signed statement.”" },
    ],
    ["a quotation in straight marks", saying('It is "an unsigned statement". [C1]'), { got: "“an unsigned statement”" }],
    [
      "a quotation from another item than the cited one",
      saying("It is “durable”. [C1]"),
      { expected: "words that stand in C1", got: "“durable”" },
    ],
    ["a quotation that has a citation inside", saying("It is “an unsigned statement [C1]”."), { got: "“an unsigned statement”" }],
    ["a quotation in a question", saying("Is it “an invention”? A receipt is signed. [C1]"), { got: "“an invention”" }],
    ["a question without a section", withFinal(({ sections }) => ({ sections: sections.slice(1) })), { path: "questions.Q1" }],
    [
      "a question whose section says nothing, and no gap",
      saying(boilerplate.notFound),
      { path: "questions.Q1", got: "a section without an answer" },
    ],
    [
      "a gap that was declared in the review only",
      withFinal(({ acceptance }) => ({ acceptance: { ...acceptance, gaps: [] } })),
      { path: "questions.Q3" },
    ],
    [
      "a gap about nothing",
      withFinal(({ acceptance }) => ({ acceptance: { ...acceptance, gaps: [...acceptance.gaps, { question: "this", reason: "x" }] } })),
      { path: "gaps.this" },
    ],
    [
      "a failed check under an accepted text",
      withFinal(({ acceptance }) => ({
        acceptance: { ...acceptance, checks: acceptance.checks.map((one) => ({ ...one, result: "failed" as const })) },
      })),
      { path: "acceptance.every citation is of an accepted item" },
    ],
    ["a text that goes back without a request", withFinal(() => ({ decision: "returned" })), { path: "requests", got: "none" }],
    ["a request with an accepted text", withFinal(() => ({ requests: ["settle Q3"] })), { path: "requests" }],
  ])("reports %s", (_, documents, unmet) => {
    expect(check(documents)).toContainEqual(expect.objectContaining({ file: "jp-final.txt", ...unmet }));
  });

  it.each([
    ["an author's own sentences, cited", "Receipts are signed [C1]. Dr. No, e.g., says so [C1]."],
    [
      "a verbatim quotation across lines, with the writer's own full stop",
      "It is “durable, and the node has signed that it is.” [C2] It is “a signed statement.” [C1]",
    ],
    ["the fixed sentences, questions and lead-ins", `${boilerplate.partial} Why?\n\nTwo things:\n\n- A receipt is signed. [C1]`],
  ])("takes %s", (_, text) => {
    expect(check(saying(text), "command:agent")).toEqual([]);
  });

  it("says that it gives up where it would read quotations and passages a thousand times over", () => {
    const quotations = Array.from({ length: 3000 }, (_, at) => `“word ${at}”`).join(" ");
    const long = changed(example, deRawOutput, {
      to: (raw) => ({
        ...raw,
        blocks: raw.blocks.map((block) => ({ ...block, text: `${"no ".repeat(100_000)}${block.candidate === "C2" ? quotations : ""}` })),
      }),
    });
    const documents = saying(quotations, long);
    expect(check(documents)).toContainEqual(expect.objectContaining({ path: "sections", got: "more than can be looked for" }));
  });

  it("finds the section of a question by its id or by its words", () => {
    const headed = (headings: readonly string[]) =>
      withFinal(({ sections }) => ({ sections: sections.map((section, at) => ({ ...section, heading: headings[at] ?? "" })) }));
    expect(check(headed(["Q1", "(Q2) On acceptance", "Q3"]))).toEqual([]);
    expect(check(headed(["1. WHAT IS  A RECEIPT", "So, when is a task accepted?!", ""]))).toEqual([]);
    expect(check(headed(["Q10", "Receipts", ""]))).toMatchObject([{ path: "questions.Q1" }, { path: "questions.Q2" }]);
  });

  it("takes partial items like accepted ones", () => {
    const partial = changed(example, sgReview, {
      to: (review) => ({
        ...review,
        verdicts: review.verdicts.map((one) => (one.verdict === "accepted" ? { ...one, verdict: "partial" as const } : one)),
      }),
    });
    expect(check(relinked(partial))).toEqual([]);
  });

  it("asks for a gap for every source that could not be read", () => {
    const scan = {
      id: "S3",
      label: "scan.pdf",
      raw: { name: "S3.pdf", sha256: zeros, size: 1, mediaType: "application/pdf" },
      unreadable: "a scan",
    };
    const documents = relinked(changed(example, run, { to: (value) => ({ ...value, sources: [...value.sources, scan] }) }));
    expect(check(documents)).toMatchObject([{ path: "gaps.S3", expected: expect.stringContaining("a scan") }]);
    const declared = withFinal(
      ({ acceptance }) => ({ acceptance: { ...acceptance, gaps: [...acceptance.gaps, { question: "S3", reason: "a scan" }] } }),
      documents,
    );
    expect(check(declared)).toEqual([]);
  });

  it("asks of the embedded executor that every sentence stands in what it cites", () => {
    const unquoted = withFinal(({ sections }) => ({
      sections: sections.map(({ heading, text }) => ({ heading, text: text.replaceAll(/[“”]/g, "") })),
    }));
    expect(check(unquoted, "embedded/1")).toEqual([]);
    const own = saying("Receipts are signed. [C1]", unquoted);
    expect(check(own, "command:agent")).toEqual([]);
    expect(check(own, "embedded/1")).toMatchObject([{ got: "Receipts are signed. [C1]", line: 5 }]);
    const misplaced = saying("A task is accepted when it is durable [C1]", unquoted);
    expect(check(misplaced, "embedded/1")).toMatchObject([{ got: "A task is accepted when it is durable [C1]" }]);
    expect(check(saying("Own words in passing", plain), "embedded/1")).toContainEqual(
      expect.objectContaining({ got: "Own words in passing" }),
    );
  });

  it("asks no citations in the profile 'plain', but that what is cited and quoted is right", () => {
    expect(check(saying("Receipts are nice. They say “durable”, and “When is a task accepted?”", plain))).toEqual([]);
    expect(check(saying("Receipts are “nice”.", plain))).toMatchObject([{ got: "“nice”" }]);
    expect(check(saying("Receipts are nice. [C3]", plain))).toMatchObject([{ path: "citations.C3" }]);
    expect(check(saying("", plain))).toMatchObject([{ path: "questions.Q1" }]);
  });

  it("lets a text that goes back be unfinished, but not be wrong", () => {
    const back = { decision: "returned", requests: ["Q1 and Q2 contradict each other"], acceptance: { checks: [], gaps: [] } } as const;
    const unfinished = withFinal(() => ({ ...back, requests: [...back.requests], acceptance: { checks: [], gaps: [] }, sections: [] }));
    expect(check(unfinished)).toEqual([]);
    const wrong = saying("It is “unsigned”. [C1][C3]", unfinished);
    expect(check(wrong)).toEqual([]);
    const quoted = withFinal(() => ({ sections: [{ heading: "", text: "It is “unsigned”. [C1][C3]" }] }), unfinished);
    expect(check(quoted)).toMatchObject([{ path: "citations.C3" }, { got: "“unsigned”" }]);
  });
});
