import { type AnyArtifact, type Document, fileNameOf, type ValueOf } from "../define-artifact.ts";
import { sha256Of } from "../sha256.ts";

/** The document that a value is when it is written by its contract; the n-th (from 1) where there are many. */
export function documentOf<A extends AnyArtifact>(artifact: A, value: ValueOf<A>, n = 1): Document<ValueOf<A>> {
  const text = artifact.format(value as never); // `AnyArtifact` hides what `format` takes: the value of this very artifact
  return { name: fileNameOf(artifact, n), sha256: sha256Of(text), size: Buffer.byteLength(text), text, value };
}
