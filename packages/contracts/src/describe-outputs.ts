import { z } from "zod";
import { type Documents, refOf } from "./define-artifact.ts";
import { type AnyRole, artifactOf } from "./define-role.ts";
import type { OutputFile } from "./executor.ts";

const Decided = z.looseObject({ decision: z.string() });

/** What a stage's files are called, which contracts they keep, and what was decided in them. */
export function describeOutputs(role: AnyRole, outputs: Documents): { files: OutputFile[]; decision?: string } {
  const documents = role.produces.map(artifactOf).map((artifact) => ({ artifact, found: outputs[artifact.name] ?? [] }));
  const files = documents.flatMap(({ artifact, found }) =>
    found.map(({ name, sha256, size }) => ({
      name,
      contract: refOf(artifact),
      sha256,
      size,
    })),
  );
  const decided = documents.flatMap(({ found }) => found).map(({ value }) => Decided.safeParse(value));
  const decision = decided.find(({ success }) => success)?.data?.decision;
  return { files, ...(decision !== undefined && { decision }) };
}
