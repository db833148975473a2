import { z } from "zod";
import { refOf } from "../messages/identifiers.ts";
import type { Unmet } from "../messages/problem.ts";
import type { Documents } from "./define-artifact.ts";
import { type AnyRole, artifactOf } from "./define-role.ts";

/** A complete file in `out/` that keeps its contract and the stage's check. */
export interface OutputFile {
  readonly name: string;
  /** `name@version`. */
  readonly contract: string;
  readonly sha256: string;
  readonly size: number;
}

/** Direction of a decision: it sends the work on to the next role, or back to the one before. */
export const Direction = z.enum(["forward", "back"]);
export type Direction = z.infer<typeof Direction>;

/** Description of a stage's outputs: the files with their contracts, and the decision in them. */
export function describeOutputs(role: AnyRole, outputs: Documents): { files: OutputFile[]; decision?: string; direction?: Direction } {
  const documents = role.produces.map(artifactOf).map((artifact) => ({ artifact, found: outputs[artifact.name] ?? [] }));
  const files = documents.flatMap(({ artifact, found }) =>
    found.map(({ name, sha256, size }) => ({
      name,
      contract: refOf(artifact),
      sha256,
      size,
    })),
  );
  const decisions = documents.flatMap(({ artifact: { decides }, found }) =>
    decides === undefined ? [] : found.flatMap(({ value }) => wordIn(value, decides.field) ?? []),
  );
  const [decision] = decisions;
  const direction = decision === undefined ? undefined : directionOf(role, decision);
  return { files, ...(decision !== undefined && { decision }), ...(direction !== undefined && { direction }) };
}

/** Direction of a decision's word; undefined for a word by which no artifact of the role decides. */
export function directionOf({ produces }: Pick<AnyRole, "produces">, decision: string): Direction | undefined {
  const decides = produces.flatMap((slot) => artifactOf(slot).decides ?? []);
  if (decides.some(({ back }) => back === decision)) return "back";
  return decides.some(({ forward }) => forward === decision) ? "forward" : undefined;
}

/** Faults of files that decide by a word which is neither of those that their artifact declares: such a word sends the work nowhere. */
export function undecided({ produces }: Pick<AnyRole, "produces">, outputs: Documents): readonly Unmet[] {
  return produces.map(artifactOf).flatMap(({ name, decides }) => {
    if (decides === undefined) return [];
    const { field, forward, back } = decides;
    return (outputs[name] ?? []).flatMap(({ name: file, value }): Unmet[] => {
      const word = wordIn(value, field);
      if (word === undefined || word === forward || word === back) return [];
      return [{ file, path: field, expected: `'${forward}' or '${back}'`, got: `'${word}'`, fix: "decide by one of the two words" }];
    });
  });
}

function wordIn(value: unknown, field: string): string | undefined {
  const word = typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === field)?.[1] : undefined;
  return typeof word === "string" ? word : undefined;
}
