import { z } from "zod";
import { Id, Sha256 } from "../identifiers.ts";
import { Question } from "./brief.ts";

export const ItemId = z.string().regex(/^C[1-9][0-9]{0,4}$/, "an item's id: C1, C2, …");
/** `S1` for a source of the run, `N1` for a text that nano collected. */
export const SourceId = z.string().regex(/^[SN][1-9][0-9]{0,4}$/, "a source's id: S1, S2, … or N1, N2, …");

const line = z.string().regex(/^[^\r\n]*$/, "one line");

export const Candidate = z.object({
  id: ItemId,
  title: line,
  source: SourceId,
  /** For people: lines, page or section. */
  locator: line,
  score: z.number().nonnegative(),
  /** Ids of the questions that it helps to answer. */
  answers: z.array(z.string()),
  why: line,
});
export type Candidate = z.infer<typeof Candidate>;

export const CandidateSource = z.object({
  id: SourceId,
  name: line,
  sha256: Sha256,
  bytes: z.int().nonnegative(),
  origin: line,
  fetched: line,
});
export type CandidateSource = z.infer<typeof CandidateSource>;

/** candidate-list.md: what nano found, one candidate per passage. None is a valid result. */
export const CandidateList = z.object({
  run: Id,
  /** SHA-256 of brief.md. */
  brief: Sha256,
  candidates: z.array(Candidate),
  sources: z.array(CandidateSource),
  questions: z.array(Question),
});
export type CandidateList = z.infer<typeof CandidateList>;
