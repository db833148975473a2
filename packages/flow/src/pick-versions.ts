import { type AnyArtifact, type AnyRole, artifactOf, artifactsOf, type Health, type Pipeline } from "@tasuki/protocol";

/** Versions of a run, by artifact; or why there are none. */
export type Picked =
  | { readonly is: "picked"; readonly versions: Readonly<Record<string, number>> }
  /** Roles whose health main has never seen. */
  | { readonly is: "unseen"; readonly roles: readonly string[] }
  | { readonly is: "none"; readonly problem: string };

/** Name and contracts of a role's node, as its last health said, whether it is there now or not. */
export interface SeenRole {
  readonly node: string;
  readonly contracts: Health["contracts"];
}

interface Party {
  /** Party and part, for a message: `node sg-2 (sg) reads`. */
  readonly who: string;
  readonly versions: readonly number[];
}

/**
 * Picks for each artifact the highest version that its producer writes and that its consumers and main read. Main is a party to each one:
 * it gives the first artifacts, and carries and checks all of them.
 */
export function pickVersions(pipeline: Pipeline, seen: ReadonlyMap<string, SeenRole>): Picked {
  const unseen = pipeline.roles.map((role) => role.name).filter((role) => !seen.has(role));
  if (unseen.length > 0) return { is: "unseen", roles: unseen };
  const versions: Record<string, number> = {};
  for (const artifact of artifactsOf(pipeline)) {
    const parties = [...mainsPart(pipeline, artifact), ...rolesPart(pipeline, { artifact, seen })];
    const common = artifact.versions.map(({ version }) => version).filter((one) => parties.every((party) => party.versions.includes(one)));
    if (common.length === 0) return { is: "none", problem: describe(artifact, parties) };
    versions[artifact.name] = Math.max(...common);
  }
  return { is: "picked", versions };
}

function mainsPart({ given }: Pipeline, artifact: AnyArtifact): Party[] {
  const reads = { who: "main reads", versions: artifact.versions.map(({ version }) => version) };
  return given.some(({ name }) => name === artifact.name) ? [{ who: "main writes", versions: artifact.writes }, reads] : [reads];
}

function rolesPart(
  { roles }: Pipeline,
  { artifact, seen }: { readonly artifact: AnyArtifact; readonly seen: ReadonlyMap<string, SeenRole> },
): Party[] {
  const has = (slots: AnyRole["consumes"]) => slots.some((slot) => artifactOf(slot).name === artifact.name);
  return roles.flatMap((role): Party[] => {
    const { node, contracts } = seen.get(role.name) ?? { node: role.name, contracts: { reads: {}, writes: {} } };
    const party = (does: "reads" | "writes"): Party => ({
      who: `node ${node}${node === role.name ? "" : ` (${role.name})`} ${does}`,
      versions: contracts[does][artifact.name] ?? [],
    });
    return [...(has(role.produces) ? [party("writes")] : []), ...(has(role.consumes) ? [party("reads")] : [])];
  });
}

function describe({ name }: AnyArtifact, parties: readonly Party[]): string {
  const sets = parties.map(({ who, versions }) => `${who} {${versions.join(", ")}}`);
  return `no version of contract '${name}' is common to all who write or read it: ${sets.join("; ")}`;
}
