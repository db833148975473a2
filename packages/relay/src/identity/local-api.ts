import { z } from "zod";
import { busCapability } from "../permission/permission.ts";

// Go leaves out fields at their zero value, and writes null for an empty slice or map.
const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

/** `GET /localapi/v0/whois`, as far as it is used. Source: tailscale.com v1.102, client/tailscale/apitype and tailcfg.Node. */
export const Whois = z.object({
  Node: z.object({
    StableID: z.string(),
    /** In DNS, with a trailing dot. */
    Name: z.string(),
    /** Own addresses, as prefixes: `100.64.0.3/32`. */
    Addresses: texts,
    /** Empty: the machine belongs to a person. */
    Tags: texts,
    /** Not 0: shared in from another tailnet. */
    Sharer: z.number().default(0),
    Expired: z.boolean().default(false),
    UnsignedPeerAPIOnly: z.boolean().default(false),
    IsJailed: z.boolean().default(false),
  }),
  UserProfile: z.object({ LoginName: z.string() }),
  /** What the policy grants that machine on this one. `Node.CapMap` is something else: the machine's own attributes. */
  CapMap: z.object({ [busCapability]: z.array(z.record(z.string(), z.unknown())).nullish() }).nullish(),
});
export type Whois = z.infer<typeof Whois>;

/** `GET /localapi/v0/status?peers=false`, as far as it is used. Source: tailscale.com v1.102, ipn/ipnstate.Status. */
export const TailnetStatus = z.object({
  /** Traffic flows in `Running` only. */
  BackendState: z.string(),
  TailscaleIPs: texts,
  /** `Online`: whether the control server is heard of (ipn/ipnlocal, `GetInPollNetMap`). */
  Self: z.object({ ID: z.string(), DNSName: z.string(), Tags: texts, Online: z.boolean() }).nullish(),
});
export type TailnetStatus = z.infer<typeof TailnetStatus>;

/** What tailscaled says about the tailnet. Whoever may open its socket may ask. Both calls reject where it does not answer, or not in time. */
export interface LocalApi extends Disposable {
  /** The machine at an address of the tailnet (IP and port, `[…]` around IPv6); undefined where there is none. */
  whois(address: string): Promise<Whois | undefined>;
  /** This machine. */
  status(): Promise<TailnetStatus>;
}
