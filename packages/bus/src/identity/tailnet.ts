import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Clock, Logger, Pipeline } from "@tasuki/protocol";
import { tagOf } from "../permission/policy.ts";
import type { LocalApi, TailnetStatus } from "./local-api.ts";

/** This machine, as the tailnet knows it. */
export interface TailnetSelf {
  readonly id: string;
  /** Name in DNS, without the trailing dot. */
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * State of this machine in the tailnet. `up`: it has the tag of the node's role. `down`: tailscaled does not run, or not yet. `barred`: tailscaled
 * runs, and says that this machine is something else.
 */
type TailnetState = { readonly is: "up"; readonly self: TailnetSelf } | { readonly is: "down" | "barred"; readonly why: string };

export interface TailnetDeps {
  readonly localApi: Pick<LocalApi, "status">;
  readonly role: string;
  /** Roles that may not share this machine with the node's own. */
  readonly apart: readonly string[];
  /** The address to listen on, where the configuration gives one. */
  readonly host?: string | undefined;
  readonly logger: Logger;
  readonly clock: Pick<Clock, "monotonic">;
  /** Milliseconds between two questions to tailscaled. */
  readonly everyMs?: number;
}

/** State of this machine in the tailnet, for which tailscaled is asked once a second. */
export interface Tailnet extends AsyncDisposable {
  state(): TailnetState;
  /**
   * Milliseconds since this machine last heard of the control server, or since the tailnet was opened; 0 while it hears of it. No revocation
   * arrives meanwhile.
   */
  unheardMs(): number;
  /** Calls the listener after each change. Gives the function that ends this. */
  onChange(listener: () => void): () => void;
}

/** Watches tailscaled, and logs changes. Resolves once tailscaled was asked for the first time. */
export async function openTailnet({ localApi, role, apart, host, logger, clock, everyMs = 1_000 }: TailnetDeps): Promise<Tailnet> {
  const ended = new AbortController();
  const listeners = new Set<() => void>();
  let isHeard = false;
  let heardAt = clock.monotonic();
  const look = (): Promise<TailnetState> =>
    localApi.status().then(
      (status) => {
        isHeard = status.Self?.Online === true;
        if (isHeard) heardAt = clock.monotonic();
        return judge(status, { role, apart, host });
      },
      (error: unknown): TailnetState => ({ is: "down", why: error instanceof Error ? error.message : String(error) }),
    );
  let state = await look();

  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await delay(everyMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
      const next = await look();
      if (ended.signal.aborted || isDeepStrictEqual(next, state)) continue;
      if (next.is !== state.is) logger[next.is === "up" ? "info" : "warn"](next, "the tailnet has changed");
      state = next;
      for (const listener of listeners) listener();
    }
  };
  const watching = watch();
  return {
    state: () => state,
    unheardMs: () => (isHeard ? 0 : clock.monotonic() - heardAt),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await watching;
    },
  };
}

/** Judges a status: a node listens, and believes whois, only on a machine that has its role's tag and its address. */
function judge(status: TailnetStatus, { role, apart, host }: Pick<TailnetDeps, "role" | "apart" | "host">): TailnetState {
  const { BackendState: backend, Self: self, TailscaleIPs: addresses } = status;
  if (backend !== "Running" || !self || addresses.length === 0) return { is: "down", why: `tailscaled says '${backend}', not 'Running'.` };
  const tags = self.Tags;
  if (!tags.includes(tagOf(role)))
    return {
      is: "barred",
      why: `This machine has ${tags.length === 0 ? "no tag" : tags.join(", ")} in the tailnet; the node of '${role}' needs ${tagOf(role)}: register it with a key that has that tag.`,
    };
  const forbidden = apart.map(tagOf).filter((tag) => tags.includes(tag));
  if (forbidden.length > 0)
    return {
      is: "barred",
      why: `This machine also has ${forbidden.join(", ")}, and '${role}' calls, or is called by, what runs there: two nodes of one machine can't tell each other from its other programs. Give one of them a machine of its own.`,
    };
  if (host !== undefined && !addresses.includes(host))
    return {
      is: "barred",
      why: `listen.host is ${host}, which is none of this machine's addresses in the tailnet (${addresses.join(", ")}): leave it out of config.jsonc, or mend it.`,
    };
  return { is: "up", self: { id: self.ID, name: self.DNSName.replace(/\.$/, ""), addresses } };
}

/**
 * Roles that may not share a machine with a role: main, and its neighbours in the relay. These call each other, and a call from the machine's
 * own address is refused, since every process of the machine has that address.
 */
export function rolesApart(pipeline: Pipeline, role: string): readonly string[] {
  const names = pipeline.roles.map(({ name }): string => name);
  const at = names.indexOf(role);
  return role === "main" ? names : ["main", ...names.filter((_, other) => Math.abs(other - at) === 1)];
}
