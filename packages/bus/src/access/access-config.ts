import { isIP } from "node:net";
import { z } from "zod";
import { hostOf, Roster } from "../identity/roster.ts";

/** Fields of `config.jsonc` about access: where a node listens, where the others are, and which provider identifies callers. */
export const accessFields = {
  /** `host` is 127.0.0.1 by default with loopback; with tailscale it is the machine's address in the tailnet, also after that has changed. */
  listen: z.strictObject({ host: z.string().optional(), port: z.int().min(0).max(65_535) }),
  roster: Roster,
  identity: z
    .discriminatedUnion("provider", [
      z.strictObject({ provider: z.literal("loopback") }),
      /**
       * `socket` is the path of tailscaled's socket, where it is not the usual one. `maxUnheardMinutes` is the longest silence of the tailnet's
       * control server, during which no revocation arrives, before nothing new is taken; null sets no limit.
       */
      z.strictObject({
        provider: z.literal("tailscale"),
        socket: z.string().min(1).optional(),
        maxUnheardMinutes: z.number().positive().nullable().default(60),
      }),
    ])
    .default({ provider: "loopback" }),
} as const;
const AccessConfig = z.object(accessFields);
export type AccessConfig = z.infer<typeof AccessConfig>;

/** Refuses addresses at which the provider could not identify callers, for `superRefine`. */
export function checkAccess({ listen: { host }, roster, identity: { provider } }: AccessConfig, context: z.RefinementCtx): void {
  const complain = (path: string[], message: string): void => context.addIssue({ code: "custom", path, message });
  if (host !== undefined && provider === "loopback" && !/^(127\.[0-9.]+|::1|localhost)$/.test(host))
    complain(["listen", "host"], "loopback identity is for this machine only: 127.0.0.1, or the provider 'tailscale'");
  if (provider === "loopback") return;
  if (host !== undefined && (isIP(host) === 0 || /^[0.:]+$/.test(host)))
    complain(["listen", "host"], "one of this machine's own addresses in the tailnet, never all of its addresses; or leave it out");
  for (const [node, { url }] of Object.entries(roster))
    // A name is refused: it could lead to one machine when the tag is checked, and to another when the request is sent.
    if (isIP(hostOf(url)) === 0) complain(["roster", node, "url"], "an address of the tailnet (tailscale ip -4 HOST), not a name");
}
