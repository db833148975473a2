import { type AnyRole, artifactOf, type Documents, type OutputFile } from "@tasuki/contracts";
import { Run } from "@tasuki/contracts/artifacts/run";
import { z } from "zod";

const Decided = z.looseObject({ decision: z.string() });

/** What a stage's files are called, which version of their contracts they keep (the run's), and what was decided in them. */
export function describeOutputs(
  role: AnyRole,
  { inputs, outputs }: { readonly inputs: Documents; readonly outputs: Documents },
): { files: OutputFile[]; decision?: string } {
  const run = Run.safeParse(inputs["run"]?.[0]?.value);
  const versions = run.success ? run.data.versions : {};
  const documents = role.produces.map(artifactOf).map((artifact) => ({ artifact, found: outputs[artifact.name] ?? [] }));
  const files = documents.flatMap(({ artifact, found }) =>
    found.map(({ name, sha256, size }) => ({
      name,
      contract: `${artifact.name}@${versions[artifact.name] ?? artifact.version}`,
      sha256,
      size,
    })),
  );
  const decided = documents.flatMap(({ found }) => found).map(({ value }) => Decided.safeParse(value));
  const decision = decided.find(({ success }) => success)?.data?.decision;
  return { files, ...(decision !== undefined && { decision }) };
}
