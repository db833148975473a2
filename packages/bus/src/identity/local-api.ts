import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Capability } from "../permission/permission.ts";

/** A slice of strings. Go leaves out fields at their zero value, and writes null for an empty slice or map. */
const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const Granted = z.array(z.record(z.string(), z.unknown())).nullish();

/** Answer of `GET /localapi/v0/whois`, as far as it is used. Source: tailscale.com v1.102, client/tailscale/apitype and tailcfg.Node. */
export const Whois = z.object({
  Node: z.object({
    StableID: z.string(),
    /** Name in DNS, with a trailing dot. */
    Name: z.string(),
    /** The machine's own addresses, as prefixes: `100.64.0.3/32`. */
    Addresses: texts,
    /** Empty for a machine that belongs to a person. */
    Tags: texts,
    /** Not 0 for a machine that is shared in from another tailnet. */
    Sharer: z.number().default(0),
    Expired: z.boolean().default(false),
    UnsignedPeerAPIOnly: z.boolean().default(false),
    IsJailed: z.boolean().default(false),
  }),
  UserProfile: z.object({ LoginName: z.string() }),
  /** Grants of that machine on this one. (`Node.CapMap` holds the machine's own attributes instead.) */
  CapMap: z.object({ "tasuki.dev/cap/bus": Granted, "tasuki.dev/cap/operator": Granted } satisfies Record<Capability, z.ZodType>).nullish(),
});
export type Whois = z.infer<typeof Whois>;

/** Answer of `GET /localapi/v0/status?peers=false`, as far as it is used. Source: tailscale.com v1.102, ipn/ipnstate.Status. */
export const TailnetStatus = z.object({
  /** `Running` is the only state in which traffic flows. */
  BackendState: z.string(),
  TailscaleIPs: texts,
  /** This machine. `Online` is true while tailscaled hears of the control server (ipn/ipnlocal, `GetInPollNetMap`). */
  Self: z.object({ ID: z.string(), DNSName: z.string(), Tags: texts, Online: z.boolean() }).nullish(),
});
export type TailnetStatus = z.infer<typeof TailnetStatus>;

/** Tailscaled's own API, open to every process that may open its socket. Both calls reject where tailscaled does not answer, or not in time. */
export interface LocalApi extends Disposable {
  /** The machine at an address of the tailnet (IP and port, `[…]` around IPv6); undefined where there is none. */
  whois(address: string): Promise<Whois | undefined>;
  /** Status of this machine. */
  status(): Promise<TailnetStatus>;
}

export interface LocalApiDeps {
  /** Path of tailscaled's socket. */
  readonly socket: string;
  /** Time limit of one answer, milliseconds. */
  readonly timeoutMs?: number;
}

/** Path of tailscaled's socket on Linux. Source: paths/paths.go of tailscale.com. */
export const defaultSocket = "/var/run/tailscale/tailscaled.sock";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Creates a client of tailscaled's LocalAPI over its unix socket: whois and status, the two calls that its authors call stable. */
export function createLocalApi({ socket, timeoutMs = 500 }: LocalApiDeps): LocalApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const get = (path: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // This Host is the only one that tailscaled takes; Origin and Referer it refuses (ipn/localapi/localapi.go).
      const headers = { host: "local-tailscaled.sock" };
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = request({ agent, socketPath: socket, path: `/localapi/v0/${path}`, headers, signal }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      asked.once("error", (cause) => reject(new Error(`tailscaled at ${socket} did not answer: ${cause.message}`, { cause })));
      asked.end();
    });
  const read = <S extends z.ZodType>(schema: S, { status, body }: Answer): z.output<S> => {
    if (status !== 200) throw new Error(`tailscaled at ${socket} answered ${status}: ${body.trim().slice(0, 200)}`);
    return schema.parse(JSON.parse(body));
  };
  return {
    async whois(address) {
      const answer = await get(`whois?${new URLSearchParams({ addr: address, proto: "tcp" }).toString()}`);
      return answer.status === 404 ? undefined : read(Whois, answer);
    },
    status: async () => read(TailnetStatus, await get("status?peers=false")),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
