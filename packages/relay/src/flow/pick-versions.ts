import { type AnyRole, artifactOf, artifactsOf, type AnyArtifact, type Health, type Pipeline } from "@tasuki/contracts";

export type Picked =
  | { readonly is: "picked"; readonly versions: Readonly<Record<string, number>> }
  /** Roles of which no health was ever seen. */
  | { readonly is: "unseen"; readonly roles: readonly string[] }
  | { readonly is: "none"; readonly problem: string };

/**
 * For each artifact the highest version that its producer writes and that its consumers and main read. `healths` holds the last
 * health of each role, be it present now or not.
 */
export function pickVersions(pipeline: Pipeline, healths: ReadonlyMap<string, Pick<Health, "contracts">>): Picked {
  const roles = pipeline.roles.map((role) => role.name).filter((role) => !healths.has(role));
  if (roles.length > 0) return { is: "unseen", roles };
  const versions: Record<string, number> = {};
  for (const artifact of artifactsOf(pipeline)) {
    const sets = partiesOf(pipeline, artifact).map(({ role, does }) => ({
      who: `${role} ${does}`,
      versions: healths.get(role)?.contracts[does][artifact.name] ?? [],
    }));
    // Main takes part with the versions of this program: it gives, carries and checks every artifact.
    const common = sets.reduce((known, set) => known.filter((version) => set.versions.includes(version)), [artifact.version]);
    if (common.length === 0) {
      const said = sets.map((set) => `${set.who} {${set.versions.join(", ")}}`);
      return {
        is: "none",
        problem: `no common version of contract '${artifact.name}': main has {${artifact.version}}, ${said.join(", ")}`,
      };
    }
    versions[artifact.name] = Math.max(...common);
  }
  return { is: "picked", versions };
}

function partiesOf(pipeline: Pipeline, artifact: AnyArtifact): { role: string; does: "reads" | "writes" }[] {
  const has = (slots: AnyRole["consumes"]) => slots.some((slot) => artifactOf(slot).name === artifact.name);
  return pipeline.roles.flatMap((role) => [
    ...(has(role.produces) ? [{ role: role.name, does: "writes" as const }] : []),
    ...(has(role.consumes) ? [{ role: role.name, does: "reads" as const }] : []),
  ]);
}
