import type { Brief } from "../artifacts/brief.ts";
import type { CandidateList } from "../artifacts/candidate-list.ts";
import type { DeRawOutput } from "../artifacts/de-raw-output.ts";
import type { Run } from "../artifacts/run.ts";
import type { SgReview } from "../artifacts/sg-review.ts";
import type { Document, Documents } from "../define-artifact.ts";

interface Values {
  run: Run;
  brief: Brief;
  "source-text": string;
  collected: string;
  "candidate-list": CandidateList;
  "de-raw-output": DeRawOutput;
  "sg-review": SgReview;
}

/** The documents of an artifact, typed: `Documents` holds what that artifact's own contract has read. */
export function documentsOf<Name extends keyof Values>(documents: Documents, name: Name): readonly Document<Values[Name]>[] {
  return (documents[name] ?? []) as readonly Document<Values[Name]>[];
}

/** The value of an artifact of which there is one, if it is there. */
export function valueOf<Name extends keyof Values>(documents: Documents, name: Name): Values[Name] | undefined {
  return documentsOf(documents, name)[0]?.value;
}

/** The source texts of a stage, collected ones included, by the source's id (`S1`, `N1`). */
export function textsOf(documents: Documents): ReadonlyMap<string, Document<string>> {
  const all = [...documentsOf(documents, "source-text"), ...documentsOf(documents, "collected")];
  return new Map(all.map((document) => [document.name.replace(/\.txt$/, ""), document]));
}

/** The files that a stage was given, with their digests. */
export function inputsOf(documents: Documents): { name: string; sha256: string }[] {
  return Object.values(documents).flatMap((all) => all.map(({ name, sha256 }) => ({ name, sha256 })));
}
