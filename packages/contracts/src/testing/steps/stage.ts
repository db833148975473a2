import { type Document, type Documents, longest, sha256Of } from "@tasuki/protocol";
import { documentOf, type Fill } from "@tasuki/protocol/testing";
import { brief, type Brief } from "../../artifacts/brief/brief.ts";
import { candidateList, type CandidateList } from "../../artifacts/candidate-list/candidate-list.ts";
import { deRawOutput, type DeRawOutput } from "../../artifacts/de-raw-output/de-raw-output.ts";
import { jpFinal, type JpFinal } from "../../artifacts/jp-final/jp-final.ts";
import type { Run } from "../../artifacts/run/run.ts";
import { sgReview, type SgReview } from "../../artifacts/sg-review/sg-review.ts";
import { sourceText } from "../../artifacts/source-text/source-text.ts";
import { runOf } from "../run-of.ts";

export interface Stage {
  readonly run: Document<Run>;
  readonly brief: Document<Brief>;
  readonly texts: readonly Document<string>[];
  readonly sources: ReadonlyMap<string, Document<string>>;
  readonly list: Document<CandidateList>;
  readonly raw: Document<DeRawOutput>;
  readonly review: Document<SgReview>;
  readonly final: Document<JpFinal>;
  readonly documents: Documents;
  readonly bytes: number;
}

export const stageParts = [
  "ids",
  "questions",
  "labels",
  "sources",
  "candidates",
  "blocks",
  "verdicts",
  "outline",
  "contradictions",
  "gaps",
  "headings",
  "texts",
  "tails",
  "references",
  "checks",
  "inputs",
] as const;

const id = "01933a52-7c00-7000-8000-000000000001";
const line = (text: string): string => text.replaceAll(/[\r\n\0]/g, " ");

/** A number that a part of an input stands for, by its first character: it is the same at every size. */
export function kindOf([first = ""]: readonly string[]): number {
  return first.codePointAt(0) ?? 0;
}

/** Documents of a run that keep their contracts, with lists and texts that are filled. Ids are all one, or all different. */
export function toStage(fill: Fill): Stage {
  const lines = (part: (typeof stageParts)[number], most = longest): string[] => fill(part).slice(0, most).map(line);
  const kind = kindOf(fill("ids"));
  const item = (at: number): string => (kind % 2 === 0 ? "C1" : `C${at + 1}`);
  const question = (at: number): string => (kind % 3 === 0 ? "Q1" : `Q${(at % 999) + 1}`);
  const questions = ["What is a receipt?", ...lines("questions", 998)].map((text, at) => ({ id: `Q${at + 1}`, text: text.trim() || "x" }));
  const briefText = questions.map(({ id, text }) => `${id}: ${text}\n`).join("");
  const given = documentOf(brief, { text: briefText, questions });
  const passages = ["A receipt.", ...fill("blocks").slice(0, longest - 1)];
  const texts = [passages.join("\n\n"), ...fill("sources").slice(0, 2047)].map((text, at) => documentOf(sourceText, text, at + 1));
  const run = runOf({ id, brief: given, texts, labels: lines("labels") });
  let next = 0;
  const blocks = passages.map((text, at) => {
    const first = next;
    next += Buffer.byteLength(text) + 2;
    return {
      candidate: item(at),
      source: "S1",
      bytes: { first, last: next - 3 },
      lines: { first: at + 1, last: at + 1 },
      sha256: sha256Of(text),
      text,
    };
  });
  const list = documentOf(candidateList, {
    run: id,
    brief: given.sha256,
    candidates: ["x", ...lines("candidates")].map((text, at) => ({
      id: `C${at + 1}`,
      title: text,
      source: "S1",
      locator: text,
      score: 1,
      answers: [question(at)],
      why: text,
    })),
    sources: [],
    questions,
  });
  const raw = documentOf(deRawOutput, { run: id, blocks });
  const inputs = [
    ...[list, raw, run, given].map(({ name, sha256 }) => ({ name, sha256 })),
    ...lines("inputs").map((text, at) => ({ name: `${at}`, sha256: sha256Of(text) })),
  ];
  const gaps = lines("gaps").map((text, at) => ({
    question: at % 2 === 0 ? text.trim() || "x" : `Q1 ${text}`,
    reason: at % 3 === 0 ? "" : text,
  }));
  const review = documentOf(sgReview, {
    run: id,
    inputs,
    decision: "converged",
    verdicts: ["x", ...lines("verdicts")].map((reason, at) => ({ item: `C${at + 1}`, verdict: "accepted" as const, reason })),
    outline: lines("outline").map((text, at) => ({ question: question(at), items: Array.from(text.slice(0, longest), (_, n) => item(n)) })),
    contradictions: lines("contradictions").map((note, at) => ({ items: [item(at), item(at + 1)] as [string, string], note })),
    gaps,
    requests: [],
  });
  const headings = lines("headings");
  const [bodies, tails] = [fill("texts").slice(0, longest), fill("tails")];
  const final = documentOf(jpFinal, {
    run: id,
    profile: "cited",
    inputs,
    decision: "accepted",
    title: "x",
    sections: Array.from({ length: Math.max(headings.length, bodies.length) }, (_, at) => ({
      heading: headings[at] ?? "Q1",
      text: `${bodies[at] ?? ""}${tails[at] ?? ""}`,
    })),
    references: lines("references").map((text, at) => {
      const { candidate, source, sha256, lines } = blocks[blocks.length - 1 - (at % blocks.length)] ?? {
        candidate: "C1",
        source: "S1",
        sha256: "",
        lines: { first: 1 },
      };
      return { item: candidate, source, locator: at % 2 === 0 ? `line ${lines.first}` : text, sha256 };
    }),
    sources: lines("labels").map((name, at) => ({ id: `S${at + 1}`, name, origin: "", fetched: "" })),
    acceptance: { checks: lines("checks").map((text) => ({ name: text.trim() || "x", result: "failed" as const, detail: text })), gaps },
    requests: [],
  });
  const documents: Documents = {
    run: [run],
    brief: [given],
    "source-text": texts,
    collected: [],
    "candidate-list": [list],
    "de-raw-output": [raw],
    "sg-review": [review],
    "jp-final": [final],
  };
  const bytes = Object.values(documents)
    .flat()
    .reduce((sum, { size }) => sum + size, 0);
  const sources = new Map(texts.map((text) => [text.name.replace(".txt", ""), text]));
  return { run, brief: given, texts, sources, list, raw, review, final, documents, bytes };
}
