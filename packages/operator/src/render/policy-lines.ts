import type { Health } from "@tasuki/contracts";

export interface NodePolicy {
  readonly role: string;
  readonly policy: NonNullable<Health["policy"]>;
}

/** What is not in order with the policies of nodes, one line each; none where all have the same, and the network grants what it says. */
export function toPolicyLines([first, ...others]: readonly NodePolicy[]): string[] {
  if (first === undefined) return [];
  const short = ({ policy: { sha256 } }: NodePolicy): string => sha256.slice(0, 12);
  return [
    ...others
      .filter(({ policy }) => policy.sha256 !== first.policy.sha256)
      .map(
        (one) => `${one.role} has another policy file than ${first.role} (${short(one)}, not ${short(first)}): give all nodes the same one`,
      ),
    ...[first, ...others]
      .filter(({ policy }) => !policy.current)
      .map(
        ({ role }) => `the policy file of ${role} is not what its program's pipeline gives: 'pnpm tasuki acl check' says where they differ`,
      ),
    ...[first, ...others]
      .filter(({ policy }) => policy.drift.length > 0)
      .map(
        ({ role, policy }) =>
          `the network grants ${policy.drift.join(", ")} other things on ${role} than its policy file: merge 'pnpm tasuki acl print' into the tailnet's policy`,
      ),
    ...[first, ...others].flatMap(({ role, policy: { unheardSince } }) =>
      unheardSince === undefined
        ? []
        : [
            `${role}'s machine has heard nothing of the tailnet's control server since ${unheardSince}: what was revoked since still works there`,
          ],
    ),
  ];
}
