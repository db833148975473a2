import { type AnyArtifact, contractDigest, type Health, refOf } from "@tasuki/contracts";

/** The digest of each version of artifacts, by `name@version`. */
export function contractDigests(artifacts: readonly AnyArtifact[]): Record<string, string> {
  return Object.fromEntries(artifacts.flatMap(({ versions }) => versions.map((one) => [refOf(one), contractDigest(one)])));
}

/** The contracts of a peer that are others than ours under the same `name@version`: then somebody changed a released one. */
export function differingContracts(ours: Readonly<Record<string, string>>, { contracts }: Pick<Health, "contracts">): string[] {
  return Object.entries(contracts.digests ?? {}).flatMap(([ref, digest]) => (ours[ref] === undefined || ours[ref] === digest ? [] : [ref]));
}
