import { z } from "zod";
import { refOf } from "../messages/identifiers.ts";
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
  return { files, ...(decision !== undefined && { decision, direction: directionOf(role, decision) }) };
}

/** Direction of a decision's word: `back` only for the word by which an artifact of the role sends the work back. */
export function directionOf({ produces }: Pick<AnyRole, "produces">, decision: string): Direction {
  return produces.some((slot) => artifactOf(slot).decides?.back === decision) ? "back" : "forward";
}

function wordIn(value: unknown, field: string): string | undefined {
  const word = typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === field)?.[1] : undefined;
  return typeof word === "string" ? word : undefined;
}
