import { defineArtifact, distinct, Id, judge, Line, type Parsed, type Rules, Sha256 } from "@tasuki/protocol";
import { z } from "zod";
import { Questions } from "../brief/brief.ts";
import { ItemId, QuestionId, SourceId } from "../ids.ts";
import { authoring } from "./authoring.ts";
import { completeCandidateList } from "./complete.ts";
import { readCandidateList } from "./read.ts";
import { formatCandidateList } from "./write.ts";

export const Candidate = z.object({
  id: ItemId,
  title: Line,
  source: SourceId,
  /** Place for people: lines, page or section. */
  locator: Line,
  score: z.number().nonnegative(),
  /** Ids of the questions that the candidate helps to answer. */
  answers: z.array(QuestionId),
  why: Line,
});
export type Candidate = z.infer<typeof Candidate>;

export const CandidateSource = z.object({
  id: SourceId,
  name: Line,
  sha256: Sha256,
  bytes: z.int().nonnegative(),
  origin: Line,
  fetched: Line,
});
export type CandidateSource = z.infer<typeof CandidateSource>;

/** Value of candidate-list.md: the candidates that nano found, one for each passage. A list without candidates is a valid result. */
export const CandidateList = z.object({
  run: Id,
  /** SHA-256 of brief.md. */
  brief: Sha256,
  candidates: z.array(Candidate).check(distinct((candidate) => candidate.id)),
  sources: z.array(CandidateSource).check(distinct((source) => source.id)),
  questions: Questions,
});
export type CandidateList = z.infer<typeof CandidateList>;

const rules: Rules = {
  run: { expected: "the run's id", fix: "write 'run: <id>' from run.json in the front matter" },
  brief: { expected: "the SHA-256 of brief.md", fix: "write 'brief: <sha256 of brief.md>' in the front matter" },
  candidates: { expected: "a section '# Candidates'", fix: "add '# Candidates', with one '## C1 — title' for each candidate, or 'None.'" },
  "candidates.*.id": { expected: "an id of its own: C1, C2, …", fix: "write the heading as '## C1 — title'" },
  "candidates.*.source": { expected: "the id of a source: S1, S2, … or N1, N2, …", fix: "write '- source: S1'" },
  "candidates.*.locator": { expected: "where it stands, for people", fix: "write '- locator: lines 3-5'" },
  "candidates.*.score": { expected: "a number from 0", fix: "write '- score: 0.5'" },
  "candidates.*.answers": { expected: "the ids of the questions that it answers", fix: "write '- answers: Q1, Q2', or '- answers: none'" },
  "candidates.*.answers.*": { expected: "the id of a question: Q1, Q2, …", fix: "write '- answers: Q1, Q2', or '- answers: none'" },
  "candidates.*.why": { expected: "why it matters, on one line", fix: "write '- why: …'" },
  sources: { expected: "a section '# Sources'", fix: "add '# Sources' with the table id, name, sha256, bytes, origin, fetched" },
  questions: { expected: "a section '# Questions'", fix: "add '# Questions' with the brief's questions: '- Q1: text'" },
};

const contract = {
  name: "candidate-list",
  version: 1,
  file: "candidate-list.md",
  schema: CandidateList,
  rules,
  read(text: string, fileName: string): Parsed<CandidateList> {
    const { report, draft } = readCandidateList(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, draft);
  },
} as const;

export const candidateList = defineArtifact({
  ...contract,
  mediaType: "text/markdown",
  maxBytes: 256 * 1024,
  write: formatCandidateList,
  complete: (text, context) => completeCandidateList(text, contract, context),
  authoring,
});
