import { isIP } from "node:net";
import { type Clock, isTasukiError, TasukiError } from "@tasuki/protocol";
import type { Caller, Identity } from "./identity.ts";
import type { Policy } from "../permission/policy.ts";
import type { LocalApi, Whois } from "./local-api.ts";
import { hostOf, type Roster } from "./roster.ts";
import { rolesOf, toCaller } from "./tailscale-caller.ts";
import type { Tailnet, TailnetSelf } from "./tailnet.ts";
import { createWhoisCache } from "./whois-cache.ts";

export interface TailscaleIdentityDeps {
  readonly localApi: Pick<LocalApi, "whois">;
  readonly tailnet: Pick<Tailnet, "state" | "onChange" | "unheardMs">;
  /** Longest silence of the control server, milliseconds, after which nothing new is taken. */
  readonly maxUnheardMs: number;
  /** The role of this node. */
  readonly role: string;
  /** The other nodes. Each URL has an IP address of the tailnet, which binds the entry to the machine that has that address. */
  readonly roster: Roster;
  /** The policy file, which tells the roles of one machine apart: the tailnet grants them together. */
  readonly policy: Pick<Policy, "permissionsFor">;
  readonly clock: Pick<Clock, "monotonic">;
}

/**
 * Creates the identity provider of the tailnet. WireGuard proves which machine sent a packet; tailscaled says which tags that machine has, and
 * what the policy grants it here. A caller is refused with `identity_unavailable` while tailscaled gives no answer, and with `peer_unknown`
 * where the answer is no.
 */
export function createTailscaleIdentity({ localApi, tailnet, role, roster, policy, clock, maxUnheardMs }: TailscaleIdentityDeps): Identity {
  const cache = createWhoisCache({ localApi, clock });
  const forget = tailnet.onChange(() => cache.flush());
  // `callers` holds one caller for each answer of tailscaled, so that it lasts as long as `cache` keeps the answer. A change of this machine
  // flushes the cache, and the callers with it.
  const callers = new WeakMap<Whois, Caller>();
  let failing = false;

  const self = (): TailnetSelf => {
    const state = tailnet.state();
    if (state.is !== "up") throw unavailable(state.why);
    return state.self;
  };
  const whois = async (address: string, port: number): Promise<Whois | undefined> => {
    try {
      const found = await cache.whois(address, port);
      failing = false;
      return found;
    } catch (cause) {
      failing = true;
      cache.flush();
      throw isTasukiError(cause) ? cause : unavailable("tailscaled gave no answer that can be believed.", cause);
    }
  };

  return {
    provider: "tailscale",
    async identify({ address: given, port }) {
      const address = given.replace(/^::ffff:(?=[0-9.]+$)/i, "");
      if (isIP(address) === 0) throw unavailable("The connection has no address.");
      const found = await whois(address, port);
      const me = self();
      if (found === undefined) throw new TasukiError("peer_unknown", `No machine of the tailnet is at ${address}.`);
      const caller = callers.get(found) ?? toCaller(found, { address, role, self: me, policy, roster });
      callers.set(found, caller);
      return tailnet.unheardMs() > maxUnheardMs ? { ...caller, stale: true } : caller;
    },
    async outbound(to, url) {
      const entry = roster[to];
      if (entry?.url === undefined || new URL(entry.url).origin !== new URL(url).origin)
        throw new TasukiError("peer_unknown", `${url} is not the address of ${to} in the roster.`);
      const address = hostOf(url);
      if (isIP(address) === 0) throw new TasukiError("peer_unknown", `${url} names ${to} by a name: give its IP address in the roster.`);
      self();
      const found = await whois(address, portOf(url));
      // `unreachable` lets a task wait for the machine, which may join again.
      if (found === undefined)
        throw new TasukiError("unreachable", `No machine of the tailnet that this one may know of is at ${address}, the address of ${to}.`);
      if (!rolesOf(found).includes(entry.role))
        throw new TasukiError(
          "peer_unknown",
          `${found.Node.Name} at ${address}, the address of ${to}, does not have the tag of '${entry.role}': mend its tag, or the roster.`,
        );
      return {};
    },
    state: () => (failing || tailnet.state().is !== "up" ? "failing" : "ok"),
    unheardMs: () => tailnet.unheardMs(),
    [Symbol.asyncDispose]: async () => forget(),
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port || 80);
}

function unavailable(why: string, cause?: unknown): TasukiError {
  return new TasukiError("identity_unavailable", `Who is calling can't be found out: ${why}`, { cause, retryAfter: 2 });
}
