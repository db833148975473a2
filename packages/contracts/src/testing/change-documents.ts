import { type AnyArtifact, type AnyRole, artifactOf, type Document, type Documents, type ValueOf } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import { jpFinal } from "../artifacts/jp-final/jp-final.ts";
import { type InputDigest, sgReview } from "../artifacts/sg-review/sg-review.ts";

/** The documents, one of them written anew after a change of its value; of many, the n-th (from 1). Digests in other documents stay. */
export function changed<A extends AnyArtifact>(
  documents: Documents,
  artifact: A,
  change: { readonly to: (value: ValueOf<A>) => ValueOf<A>; readonly n?: number },
): Documents {
  const { to, n = 1 } = change;
  const own = documents[artifact.name] ?? [];
  const old = own[n - 1];
  if (!old) throw new RangeError(`there is no ${artifact.name} ${n} to change`);
  // Each value of `documents` was read by its artifact's own contract.
  const value = structuredClone(old.value) as ValueOf<A>;
  return { ...documents, [artifact.name]: own.with(n - 1, documentOf(artifact, to(value), n)) };
}

/** The documents with true digests of the inputs that sg and jp say they read, as a consistent liar would write them. */
export function relinked(documents: Documents): Documents {
  const digests = (known: Documents, inputs: readonly InputDigest[]): InputDigest[] => {
    const all: readonly Document[] = Object.values(known).flat();
    return inputs.map(({ name, sha256 }) => ({ name, sha256: all.find((document) => document.name === name)?.sha256 ?? sha256 }));
  };
  const reviewed = changed(documents, sgReview, { to: (value) => ({ ...value, inputs: digests(documents, value.inputs) }) });
  return changed(reviewed, jpFinal, { to: (value) => ({ ...value, inputs: digests(reviewed, value.inputs) }) });
}

/** The inputs and outputs of a role, out of all documents of a run. */
export function stageOf(role: AnyRole, documents: Documents): { readonly inputs: Documents; readonly outputs: Documents } {
  const pick = (slots: AnyRole["consumes"]): Documents =>
    Object.fromEntries(slots.map((slot) => [artifactOf(slot).name, documents[artifactOf(slot).name] ?? []]));
  return { inputs: pick(role.consumes), outputs: pick(role.produces) };
}
