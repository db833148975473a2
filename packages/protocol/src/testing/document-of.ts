import { type AnyArtifact, type Document, fileNameOf, type ValueOf } from "../kit/define-artifact.ts";
import { sha256Of } from "../messages/identifiers.ts";

/** The document of a value, written by its artifact; of many, the n-th (from 1). */
export function documentOf<A extends AnyArtifact>(artifact: A, value: ValueOf<A>, n = 1): Document<ValueOf<A>> {
  const text = artifact.write(value as never); // `AnyArtifact` hides what `write` takes: the value of this very artifact
  return { name: fileNameOf(artifact, n), sha256: sha256Of(text), size: Buffer.byteLength(text), text, value };
}
