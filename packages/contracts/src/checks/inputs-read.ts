import type { Document, Unmet } from "@tasuki/protocol";
import type { InputDigest } from "../artifacts/sg-review/sg-review.ts";
import { place } from "./collect.ts";

export interface InputsOfStage {
  /** Outputs of earlier roles. The stage must say that it read them. */
  readonly handedOn: readonly Document[];
  /** Other files of the stage, which it may name. */
  readonly given: readonly Document[];
}

/** Checks that the inputs that a stage says it read are the files that it was handed, by their digests. */
export function* checkInputsRead(
  output: Document<{ readonly inputs: readonly InputDigest[] }>,
  { handedOn, given }: InputsOfStage,
): Generator<Unmet> {
  const known = new Map([...handedOn, ...given].map(({ name, sha256 }) => [name, sha256]));
  const named = new Set<string>();
  for (const { name, sha256 } of output.value.inputs) {
    const at = () => ({ ...place(output, name, sha256), path: `inputs.${name}` });
    const digest = known.get(name);
    named.add(name);
    if (digest === undefined)
      yield { ...at(), expected: `inputs of the stage: ${[...known.keys()].join(", ")}`, got: name, fix: "leave the inputs to completion" };
    else if (digest !== sha256)
      yield {
        ...at(),
        expected: `the SHA-256 of the ${name} that was handed on, ${digest}`,
        got: sha256,
        fix: `read the ${name} of this task again, and leave the inputs to completion`,
      };
  }
  for (const { name, sha256 } of handedOn)
    if (!named.has(name))
      yield {
        file: output.name,
        path: "inputs",
        expected: `${name} with SHA-256 ${sha256}`,
        got: "no such input",
        fix: "leave the inputs to completion",
      };
}
