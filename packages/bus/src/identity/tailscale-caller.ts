import { TasukiError } from "@tasuki/protocol";
import { capabilityNames, type Permission, readPermission } from "../permission/permission.ts";
import { type Policy, tagOf, tagPrefix } from "../permission/policy.ts";
import type { Caller } from "./identity.ts";
import type { Whois } from "./local-api.ts";
import { hostOf, nodesOfRole, type Roster } from "./roster.ts";
import type { TailnetSelf } from "./tailnet.ts";

/** Roles that a machine's tags give it. */
export function rolesOf({ Node: { Tags } }: Whois): string[] {
  return Tags.filter((tag) => tag.startsWith(tagPrefix)).map((tag) => tag.slice(tagPrefix.length));
}

export interface CallerContext {
  /** The caller's address, as the socket has it. */
  readonly address: string;
  /** The role of this node. */
  readonly role: string;
  readonly self: TailnetSelf;
  readonly policy: Pick<Policy, "permissionsFor">;
  readonly roster: Roster;
}

/** Converts tailscaled's answer about a machine. Throws `peer_unknown` for a machine that has no place on the bus, whatever it was granted. */
export function toCaller(whois: Whois, { address, role, self, policy, roster }: CallerContext): Caller {
  const { Node: node, UserProfile: user } = whois;
  const why = refusal(whois, address);
  if (why !== undefined) throw new TasukiError("peer_unknown", `${node.Name} at ${address} ${why}.`);
  // Every process of this machine has its address, so a call from there proves neither the node nor a person. Scripts use the node's own socket.
  if (node.StableID === self.id || self.addresses.includes(address))
    return { principal: "self", roles: [], nodes: [], permissions: [{ v: 1, to: role, call: "health" }] };
  const permissions = capabilityNames.flatMap((capability) =>
    (whois.CapMap?.[capability] ?? []).flatMap((granted): Permission[] => {
      const permission = readPermission(capability, granted);
      return permission?.to === role ? [permission] : [];
    }),
  );
  if (node.Tags.length === 0) return { principal: `ops:${user.LoginName}`, roles: [], nodes: [], permissions };
  const roles = rolesOf(whois);
  const nodes = nodesOf(whois, roles, roster);
  const principal = `node:${nodes.length === 0 ? `${roles.join("+")}@${node.StableID}` : nodes.join("+")}`;
  if (roles.length === 1) return { principal, roles, nodes, permissions };
  const permissionsByRole = new Map(roles.map((one) => [one, policy.permissionsFor({ tags: [tagOf(one)] }, role)]));
  return { principal, roles, nodes, permissions, permissionsByRole };
}

/** Names of a machine's nodes: of the entries of its roles, in the order of `roles` and of the roster, those whose address is the machine's own. */
function nodesOf({ Node: { Addresses } }: Whois, roles: readonly string[], roster: Roster): string[] {
  const own = new Set(Addresses.map((prefix) => prefix.replace(/\/.*$/, "")));
  return roles
    .flatMap((role) => nodesOfRole(roster, role))
    .filter((name) => {
      const url = roster[name]?.url;
      return url !== undefined && own.has(hostOf(url));
    });
}

/** Gives the reason for which a machine has no place on the bus; undefined for one that has. */
function refusal(whois: Whois, address: string): string | undefined {
  const { Node: node } = whois;
  if (node.Sharer !== 0) return "is shared in from another tailnet";
  if (node.Expired) return "has an expired key";
  if (node.UnsignedPeerAPIOnly) return "has no signature of the tailnet's";
  if (node.IsJailed) return "may not open connections to this machine";
  if (!node.Addresses.includes(`${address}/${address.includes(":") ? 128 : 32}`)) return "does not have that address as its own";
  if (node.Tags.length > 0 && rolesOf(whois).length === 0) return "has none of the relay's tags";
  return undefined;
}
