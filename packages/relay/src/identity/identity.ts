import type { Permission } from "../permission/permission.ts";

/** Who is calling, as the network proves it; never as a message says it. */
export interface Caller {
  /** For records: `node:nano`, `ops:you@example.com`, `local`. */
  readonly principal: string;
  /** The roles that the calling machine holds: of a node one or, where nodes share a machine, more; none of people and scripts. */
  readonly roles: readonly string[];
  /** What the policy lets this caller do on this node. */
  readonly permissions: readonly Permission[];
  /** Where roles share the machine, which the network grants what any of them is granted: what each has by itself, by this node's policy file. */
  readonly permissionsByRole?: ReadonlyMap<string, readonly Permission[]>;
  /** Whether what is granted may have been revoked so long ago that nothing new is taken on its strength. */
  readonly stale?: boolean;
}

export interface Peer {
  /** The connection's remote address and port. */
  readonly address: string;
  readonly port: number;
  /** The `Authorization` header; only the loopback provider reads it. */
  readonly authorization?: string | undefined;
}

/** Finds out who is on the other end. */
export interface Identity extends AsyncDisposable {
  readonly provider: "loopback" | "tailscale";
  /** Rejects with `peer_unknown` (403) or `identity_unavailable` (503). */
  identify(peer: Peer): Promise<Caller>;
  /** Headers that prove this node to a role, and a check that the destination is that role. Rejects with `identity_unavailable`, `unreachable` or `peer_unknown`. */
  outbound(role: string, url: string): Promise<Readonly<Record<string, string>>>;
  state(): "ok" | "failing";
  /** Milliseconds since the network last heard what is granted; 0 while it does. Absent where that can't be late. */
  unheardMs?(): number;
}
