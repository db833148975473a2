import type { Grant, Policy } from "./policy.ts";

/**
 * Grants that one policy has and another lacks, whatever their order, their comments and the people in their groups. Two policies with
 * none either way let everybody do the same.
 */
export function grantsBeyond(policy: Pick<Policy, "grants">, other: Pick<Policy, "grants">): readonly Grant[] {
  const known = new Set(other.grants.flatMap(toKeys));
  return policy.grants.filter((grant) => toKeys(grant).some((key) => !known.has(key)));
}

// One key per pair: a grant for two sources is the same as two grants. The order of kinds and contracts says nothing.
function toKeys({ src, dst, permission }: Grant): string[] {
  const inOrder = Object.entries(permission)
    .map(([name, value]: [string, unknown]) => [name, Array.isArray(value) ? value.map(String).sort() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return src.flatMap((from) => dst.map((to) => JSON.stringify([from, to, inOrder])));
}
