import type { AnyArtifact } from "../define-artifact.ts";
import { ContractRef, parseContractRef } from "../identifiers.ts";
import type { Report } from "./report.ts";

/** Judges the `contract:` of a file: its name, and whether its version is one that is read here. */
export function checkContract(report: Report, artifact: Pick<AnyArtifact, "name" | "version">, got: string | undefined): void {
  const expected = `${artifact.name}@${artifact.version}`;
  if (got === expected) return;
  const line = report.lineOf("contract");
  const ref = ContractRef.safeParse(got);
  const other = ref.success ? parseContractRef(ref.data) : undefined;
  const problem = {
    path: "contract",
    ...(line !== undefined && { line }),
    expected:
      other?.name === artifact.name ? `${expected}; versions of ${artifact.name} that are read here: ${artifact.version}` : expected,
    got: got === undefined || got === "" ? "nothing" : got.slice(0, 120),
    fix: `write 'contract: ${expected}', and the file in that format`,
  };
  if (other) report.only(problem);
  else report.add(problem);
}
