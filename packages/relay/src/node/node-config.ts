import { isIP } from "node:net";
import { Name } from "@tasuki/contracts";
import { z } from "zod";

/** `<data>/config.jsonc`: what one node is told by its operator. Nothing of it ever comes from the wire. */
export const NodeConfig = z
  .strictObject({
    /** Names keys, trust and roster entries; the role's name by default. */
    node: Name.optional(),
    /** `host`: with loopback 127.0.0.1 by default; with tailscale the machine's address in the tailnet, which it follows when it changes. */
    listen: z.strictObject({ host: z.string().optional(), port: z.int().min(0).max(65_535) }),
    /** Where the other roles are: by role, the base URL of its bus. */
    roster: z.record(Name, z.strictObject({ node: Name.optional(), url: z.url({ protocol: /^http$/ }) })),
    identity: z
      .discriminatedUnion("provider", [
        z.strictObject({ provider: z.literal("loopback") }),
        /**
         * `socket`: tailscaled's, where it is not at its usual place. `maxUnheardMinutes`: how long this machine may have heard nothing of the
         * tailnet's control server, so that no revocation arrives, before nothing new is taken; null for ever.
         */
        z.strictObject({
          provider: z.literal("tailscale"),
          socket: z.string().min(1).optional(),
          maxUnheardMinutes: z.number().positive().nullable().default(60),
        }),
      ])
      .default({ provider: "loopback" }),
    /** Which executor does the work; passed on unread to the executors package. */
    executor: z.looseObject({ kind: z.string() }).default({ kind: "embedded" }),
    limits: z
      .strictObject({
        queue: z.int().positive().default(10_000),
        attemptsAtOnce: z.int().positive().default(1),
        attempts: z.int().positive().default(5),
        leaseMs: z.int().positive().default(15_000),
        /** With less room than this on the disk of the data folder, bytes, nothing new is taken. */
        minFreeBytes: z
          .int()
          .nonnegative()
          .default(256 * 1024 * 1024),
      })
      .prefault({}),
  })
  .superRefine(({ listen: { host }, roster, identity: { provider } }, context) => {
    const complain = (path: string[], message: string): void => context.addIssue({ code: "custom", path, message });
    if (host !== undefined && provider === "loopback" && !/^(127\.[0-9.]+|::1|localhost)$/.test(host))
      complain(["listen", "host"], "loopback identity is for this machine only: 127.0.0.1, or the provider 'tailscale'");
    if (provider === "loopback") return;
    if (host !== undefined && (isIP(host) === 0 || /^[0.:]+$/.test(host)))
      complain(["listen", "host"], "one of this machine's own addresses in the tailnet, never all of its addresses; or leave it out");
    for (const [role, { url }] of Object.entries(roster))
      // A name could be another machine's when the request is sent than when the machine was asked for its tag.
      if (isIP(new URL(url).hostname.replace(/^\[|\]$/g, "")) === 0)
        complain(["roster", role, "url"], "an address of the tailnet (tailscale ip -4 HOST), not a name");
  });
export type NodeConfig = z.infer<typeof NodeConfig>;
