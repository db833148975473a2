import { type Documents, gate } from "@tasuki/protocol";
import { describe, expect, it } from "vitest";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { type SgReview, sgReview } from "../artifacts/sg-review/sg-review.ts";
import { changed, relinked, stageOf } from "../testing/change-documents.ts";
import { exampleRun } from "../testing/example-run.ts";
import { sg } from "./sg.ts";

const example = exampleRun();
const zeros = "0".repeat(64);

const check = (documents: Documents) => gate(sg, stageOf(sg, documents), {});
const withReview = (to: (review: SgReview) => Partial<SgReview>) =>
  changed(example, sgReview, { to: (review) => ({ ...review, ...to(review) }) });
const withVerdict = (item: string, change: Partial<SgReview["verdicts"][number]>) =>
  withReview(({ verdicts }) => ({ verdicts: verdicts.map((verdict) => (verdict.item === item ? { ...verdict, ...change } : verdict)) }));

describe("sg's gate", () => {
  it("holds for the example", () => {
    expect(check(example)).toEqual([]);
  });

  it.each<[string, Documents, object]>([
    ["a review of another run", withReview(() => ({ run: "01933a52-7c00-7000-8000-00000000ffff" })), { line: 3, path: "run" }],
    [
      "another digest of what was handed on",
      withReview(({ inputs }) => ({ inputs: inputs.map((input) => ({ ...input, sha256: zeros })) })),
      { path: "inputs.candidate-list.md", got: zeros },
    ],
    [
      "what was handed on and not read",
      withReview(({ inputs }) => ({ inputs: inputs.filter(({ name }) => name !== "de-raw-output.txt") })),
      { path: "inputs", got: "no such input" },
    ],
    [
      "an input that the stage doesn't have",
      withReview(({ inputs }) => ({ inputs: [...inputs, { name: "other.md", sha256: zeros }] })),
      { path: "inputs.other.md" },
    ],
    [
      "a candidate list that changed after it was read",
      changed(example, candidateList, { to: (list) => ({ ...list, candidates: list.candidates.map((one) => ({ ...one, why: "" })) }) }),
      { path: "inputs.candidate-list.md" },
    ],
    [
      "a candidate without a verdict",
      withReview(({ verdicts }) => ({ verdicts: verdicts.slice(0, 2) })),
      { path: "verdicts.C3", got: "none" },
    ],
    [
      "two verdicts on a candidate",
      withReview(({ verdicts }) => ({ verdicts: [...verdicts, { item: "C1", verdict: "partial", reason: "" }] })),
      { path: "verdicts.C1", got: "a second one" },
    ],
    [
      "a verdict on no candidate",
      withReview(({ verdicts }) => ({ verdicts: [...verdicts, { item: "C9", verdict: "rejected", reason: "" }] })),
      { path: "verdicts.C9", got: "C9" },
    ],
    ["a merge into a rejected item", withVerdict("C1", { verdict: "rejected" }), { path: "verdicts.C3", got: "C1" }],
    ["a merge into itself", withVerdict("C3", { into: "C3" }), { path: "verdicts.C3", got: "C3" }],
    [
      "a merge into nothing",
      withReview(({ verdicts }) => ({ verdicts: [...verdicts.slice(0, 2), { item: "C3", verdict: "merged", reason: "" }] })),
      { path: "verdicts.C3", got: "no item" },
    ],
    ["an acceptance into another item", withVerdict("C2", { into: "C1" }), { path: "verdicts.C2", got: "C1" }],
    ["a rejected item in the outline", withVerdict("C2", { verdict: "rejected" }), { path: "outline.Q2", got: "C2" }],
    [
      "a merged item in the outline",
      withReview(() => ({
        outline: [
          { question: "Q1", items: ["C3"] },
          { question: "Q2", items: ["C2"] },
        ],
      })),
      { path: "outline.Q1", got: "C3" },
    ],
    [
      "an outline for a question that nobody asked",
      withReview(({ outline }) => ({ outline: [...outline, { question: "Q9", items: ["C1"] }] })),
      { path: "outline.Q9" },
    ],
    [
      "a question outlined twice",
      withReview(({ outline }) => ({ outline: [...outline, { question: "Q1", items: ["C1"] }] })),
      { path: "outline.Q1", got: "Q1 twice" },
    ],
    ["a question without items and without a gap", withReview(() => ({ gaps: [] })), { path: "outline.Q3", got: "neither" }],
    ["a question that is left out", withReview(({ outline }) => ({ outline: outline.slice(1) })), { path: "outline.Q1", got: "neither" }],
    ["a gap about nothing", withReview(({ gaps }) => ({ gaps: [...gaps, { question: "Who?", reason: "no" }] })), { path: "gaps.Who?" }],
    [
      "a gap about a question that nobody asked",
      withReview(({ gaps }) => ({ gaps: [...gaps, { question: "Q31", reason: "no" }] })),
      { path: "gaps.Q31" },
    ],
    ["a gap without a reason", withReview(() => ({ gaps: [{ question: "Q3", reason: " " }] })), { path: "gaps.Q3", got: "none" }],
    [
      "a contradiction of a candidate with itself",
      withReview(() => ({ contradictions: [{ items: ["C1", "C1"], note: "" }] })),
      { path: "contradictions.0", got: "C1 twice" },
    ],
    [
      "a contradiction with no candidate",
      withReview(() => ({ contradictions: [{ items: ["C1", "C9"], note: "" }] })),
      { path: "contradictions.0", got: "C9" },
    ],
    ["rework without a request", withReview(() => ({ decision: "rework" })), { path: "requests", got: "none" }],
    ["a request without rework", withReview(() => ({ requests: ["find more"] })), { path: "requests", got: "requests with 'converged'" }],
  ])("reports %s", (_, documents, unmet) => {
    expect(check(documents)).toContainEqual(expect.objectContaining({ file: "sg-review.md", ...unmet }));
  });

  it("takes partial items like accepted ones", () => {
    expect(check(withVerdict("C1", { verdict: "partial" }))).toEqual([]);
  });

  it("lets a review that asks for rework leave candidates and questions open, but not be wrong", () => {
    const rework = { decision: "rework", requests: ["search for the inventor"], gaps: [], outline: [] } as const;
    const open = withReview(({ verdicts }) => ({
      ...rework,
      requests: [...rework.requests],
      gaps: [],
      outline: [],
      verdicts: verdicts.slice(0, 1),
    }));
    expect(check(open)).toEqual([]);
    const wrong = withReview(() => ({ ...rework, requests: [...rework.requests], gaps: [], outline: [{ question: "Q1", items: ["C3"] }] }));
    expect(check(wrong)).toMatchObject([{ path: "outline.Q1", got: "C3" }]);
  });

  it("judges a changed list by its content where the digests were made to fit", () => {
    const more = changed(example, candidateList, {
      to: (list) => ({ ...list, candidates: [...list.candidates, ...list.candidates.slice(0, 1).map((one) => ({ ...one, id: "C4" }))] }),
    });
    expect(check(relinked(more))).toMatchObject([{ path: "verdicts.C4", got: "none" }]);
  });
});
