import type { Document } from "../define-artifact.ts";
import type { InputDigest } from "../artifacts/sg-review.ts";
import type { Unmet } from "../problem.ts";
import { place } from "./place.ts";

export interface InputsOfStage {
  /** Outputs of the roles before, which a stage must say that it read. */
  readonly handedOn: readonly Document[];
  /** What else the stage was given, and may name. */
  readonly given: readonly Document[];
}

/** The digests of the inputs that a stage says it read are those of the files that it was handed. */
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
