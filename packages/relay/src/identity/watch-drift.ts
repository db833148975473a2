import type { Logger } from "@tasuki/contracts";
import type { Permission } from "../permission/permission.ts";
import { opsGroup, type Policy, tagOf } from "../permission/policy.ts";
import type { Caller, Identity } from "./identity.ts";

export interface DriftDeps {
  readonly policy: Pick<Policy, "permissionsFor">;
  /** The role of this node. */
  readonly role: string;
  readonly logger: Logger;
}

/**
 * An identity that notices where what the network grants a caller is not what this node's policy file does: the tailnet has an older
 * policy, or a newer one. It decides nothing; what the network grants holds.
 */
export function watchDrift(
  identity: Identity,
  { policy, role, logger }: DriftDeps,
): Identity & { readonly drift: () => readonly string[] } {
  const drifted = new Set<string>();
  const judged = new Map<string, readonly Permission[]>();
  const judge = ({ principal, roles, permissions }: Caller): void => {
    // An identity gives the same list until it asks the network again.
    if (judged.get(principal) === permissions) return;
    judged.set(principal, permissions);
    const isPerson = roles.length === 0 && principal.startsWith("ops:") && permissions.length > 0;
    // A person without grants is none of the operators; any other caller without roles is this machine itself.
    if (roles.length === 0 && !isPerson) return;
    const expected = policy.permissionsFor(isPerson ? { groups: [opsGroup] } : { tags: roles.map(tagOf) }, role);
    if (isSame(expected, permissions)) drifted.delete(principal);
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

// The file and the network both give what the one schema made of the same text, so equal permissions have equal keys in one order.
function isSame(some: readonly Permission[], others: readonly Permission[]): boolean {
  const keys = (permissions: readonly Permission[]): string => JSON.stringify(permissions.map((one) => JSON.stringify(one)).sort());
  return keys(some) === keys(others);
}
