import type { Logger } from "@tasuki/protocol";
import { operatorLevels, type Permission } from "../permission/permission.ts";
import { levelGroup, opsGroup, type Policy, tagOf } from "../permission/policy.ts";
import type { Caller, Identity } from "./identity.ts";

export interface DriftDeps {
  readonly policy: Pick<Policy, "permissionsFor">;
  /** The role of this node. */
  readonly role: string;
  readonly logger: Logger;
}

/**
 * Wraps an identity, and notices callers to whom the network grants other things than this node's policy file: the tailnet has an older policy
 * then, or a newer one. The network's grants hold all the same; `drift` gives the noticed principals.
 */
export function watchDrift(
  identity: Identity,
  { policy, role, logger }: DriftDeps,
): Identity & { readonly drift: () => readonly string[] } {
  const drifted = new Set<string>();
  const judged = new Map<string, readonly Permission[]>();
  const judge = ({ principal, roles, permissions }: Caller): void => {
    // The list is the same one until the identity asks the network again.
    if (judged.get(principal) === permissions) return;
    judged.set(principal, permissions);
    const isPerson = roles.length === 0 && principal.startsWith("ops:") && permissions.length > 0;
    // A person without grants is no operator, and any other caller without roles is this machine itself: the policy file names neither.
    if (roles.length === 0 && !isPerson) return;
    const subjects = isPerson ? memberships : [{ tags: roles.map(tagOf) }];
    if (subjects.some((subject) => isSame(policy.permissionsFor(subject, role), permissions))) drifted.delete(principal);
    else if (!drifted.has(principal)) {
      drifted.add(principal);
      logger.warn({ principal }, "the network grants a caller other things than this node's policy file: one of the two is out of date");
    }
  };
  return {
    provider: identity.provider,
    async identify(peer) {
      const caller = await identity.identify(peer);
      judge(caller);
      return caller;
    },
    outbound: (to, url) => identity.outbound(to, url),
    state: () => identity.state(),
    unheardMs: () => identity.unheardMs?.() ?? 0,
    drift: () => [...drifted].sort(),
    [Symbol.asyncDispose]: () => identity[Symbol.asyncDispose](),
  };
}

/** Every choice of the policy's groups: the network tells what a person is granted, and not by which of them. */
const memberships = [opsGroup, ...operatorLevels.map(levelGroup)].reduce<{ readonly groups: readonly string[] }[]>(
  (choices, group) => [...choices, ...choices.map(({ groups }) => ({ groups: [...groups, group] }))],
  [{ groups: [] }],
);

/** Compares two lists, whatever their order. One schema parses the permissions of both, so equal permissions have their keys in equal order. */
function isSame(some: readonly Permission[], others: readonly Permission[]): boolean {
  const keys = (permissions: readonly Permission[]): string => JSON.stringify(permissions.map((one) => JSON.stringify(one)).sort());
  return keys(some) === keys(others);
}
