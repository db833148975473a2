import { jpFinal } from "../artifacts/jp-final.ts";
import { type InputDigest, sgReview } from "../artifacts/sg-review.ts";
import type { AnyArtifact, Document, Documents, ValueOf } from "../define-artifact.ts";
import { type AnyRole, artifactOf } from "../define-role.ts";
import { documentOf } from "./document-of.ts";

/** The documents with one of them written anew after a change of its value; the n-th (from 1) where there are many. Digests elsewhere stay. */
export function changed<A extends AnyArtifact>(
  documents: Documents,
  artifact: A,
  change: { readonly to: (value: ValueOf<A>) => ValueOf<A>; readonly n?: number },
): Documents {
  const { to, n = 1 } = change;
  const own = documents[artifact.name] ?? [];
  const old = own[n - 1];
  if (!old) throw new RangeError(`there is no ${artifact.name} ${n} to change`);
  // Documents holds what each artifact's own contract has read.
  const value = structuredClone(old.value) as ValueOf<A>;
  return { ...documents, [artifact.name]: own.with(n - 1, documentOf(artifact, to(value), n)) };
}

/** The documents with the digests that sg and jp say they read made true again, as a consistent liar would. */
export function relinked(documents: Documents): Documents {
  const digests = (known: Documents, inputs: readonly InputDigest[]): InputDigest[] => {
    const all: readonly Document[] = Object.values(known).flat();
    return inputs.map(({ name, sha256 }) => ({ name, sha256: all.find((document) => document.name === name)?.sha256 ?? sha256 }));
  };
  const reviewed = changed(documents, sgReview, { to: (value) => ({ ...value, inputs: digests(documents, value.inputs) }) });
  return changed(reviewed, jpFinal, { to: (value) => ({ ...value, inputs: digests(reviewed, value.inputs) }) });
}

/** What a role reads and what it writes, out of all documents of a run. */
export function stageOf(role: AnyRole, documents: Documents): { readonly inputs: Documents; readonly outputs: Documents } {
  const pick = (slots: AnyRole["consumes"]): Documents =>
    Object.fromEntries(slots.map((slot) => [artifactOf(slot).name, documents[artifactOf(slot).name] ?? []]));
  return { inputs: pick(role.consumes), outputs: pick(role.produces) };
}
