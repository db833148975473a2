import type { Permission } from "../permission/permission.ts";
import { opsGroup, type Policy } from "../permission/policy.ts";

/** A caller of this node, as the network proves it, whatever a message says. */
export interface Caller {
  /**
   * Name of the caller in records: `node:nano-2`, `ops:you@example.com`, `local`. No two machines of nodes have the same one: that of a machine to
   * which no entry of the roster leads has the machine's id in it.
   */
  readonly principal: string;
  /** Roles of the calling machine: one for a node, more where nodes of several roles share a machine, none for people and scripts. */
  readonly roles: readonly string[];
  /** Names of the calling machine's nodes, by this node's roster. Empty for people and scripts, and where no entry leads to the machine. */
  readonly nodes: readonly string[];
  /** Permissions that the policy gives this caller on this node. */
  readonly permissions: readonly Permission[];
  /**
   * Permissions of each role by itself, by this node's policy file. Present where roles share the machine: the network grants such a machine
   * what any of its roles is granted.
   */
  readonly permissionsByRole?: ReadonlyMap<string, readonly Permission[]>;
  /** True where this machine has heard nothing of the network for so long that permissions may have been revoked: it takes nothing new then. */
  readonly stale?: boolean;
}

/** The caller over the node's own socket, who has every permission that the policy gives the operators on this role. */
export function localCaller(policy: Policy, role: string): Caller {
  return { principal: "local", roles: [], nodes: [], permissions: policy.permissionsFor({ groups: [opsGroup] }, role) };
}

/** The other end of a connection. */
export interface Peer {
  /** The connection's remote address. */
  readonly address: string;
  /** The connection's remote port. */
  readonly port: number;
  /** The `Authorization` header, which only the loopback provider reads. */
  readonly authorization?: string | undefined;
}

/** Identity provider: proves to this node who a peer is, and this node to its peers. */
export interface Identity extends AsyncDisposable {
  readonly provider: "loopback" | "tailscale";
  /** Resolves with the caller behind a connection. Rejects with `peer_unknown` (403) or `identity_unavailable` (503). */
  identify(peer: Peer): Promise<Caller>;
  /**
   * Checks that a URL leads to a node of the roster, and resolves with the headers that prove this node to it. Rejects with `identity_unavailable`,
   * `unreachable` or `peer_unknown`.
   */
  outbound(node: string, url: string): Promise<Readonly<Record<string, string>>>;
  state(): "ok" | "failing";
  /** Milliseconds since the network last heard what is granted; 0 while it is connected. Absent where grants can't be late. */
  unheardMs?(): number;
}
