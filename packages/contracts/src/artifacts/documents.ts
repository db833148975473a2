import type { Document, Documents } from "@tasuki/protocol";
import type { Brief } from "./brief/brief.ts";
import type { CandidateList } from "./candidate-list/candidate-list.ts";
import type { DeRawOutput } from "./de-raw-output/de-raw-output.ts";
import type { Run } from "./run/run.ts";
import type { SgReview } from "./sg-review/sg-review.ts";

interface Values {
  run: Run;
  brief: Brief;
  "source-text": string;
  collected: string;
  "candidate-list": CandidateList;
  "de-raw-output": DeRawOutput;
  "sg-review": SgReview;
}

/** The documents of an artifact with their type, which is that of the artifact's own contract: it has read every value of `Documents`. */
export function documentsOf<Name extends keyof Values>(documents: Documents, name: Name): readonly Document<Values[Name]>[] {
  return (documents[name] ?? []) as readonly Document<Values[Name]>[];
}

/** The value of an artifact's only document, if it is there. */
export function valueOf<Name extends keyof Values>(documents: Documents, name: Name): Values[Name] | undefined {
  return documentsOf(documents, name)[0]?.value;
}

/** Texts of sources and collected texts, by the source's id (`S1`, `N1`). */
export function textsOf(documents: Documents): ReadonlyMap<string, Document<string>> {
  const all = [...documentsOf(documents, "source-text"), ...documentsOf(documents, "collected")];
  return new Map(all.map((document) => [document.name.replace(/\.txt$/, ""), document]));
}

/** Names and digests of a stage's documents. */
export function inputsOf(documents: Documents): { name: string; sha256: string }[] {
  return Object.values(documents).flatMap((all) => all.map(({ name, sha256 }) => ({ name, sha256 })));
}
