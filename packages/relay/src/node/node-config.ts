import { Name } from "@tasuki/contracts";
import { z } from "zod";

/** `<data>/config.jsonc`: what one node is told by its operator. Nothing of it ever comes from the wire. */
export const NodeConfig = z.strictObject({
  /** Names keys, trust and roster entries; the role's name by default. */
  node: Name.optional(),
  listen: z.strictObject({ host: z.string().default("127.0.0.1"), port: z.int().min(0).max(65_535) }),
  /** Where the other roles are: by role, the base URL of its bus. */
  roster: z.record(Name, z.strictObject({ node: Name.optional(), url: z.url({ protocol: /^http$/ }) })),
  identity: z.discriminatedUnion("provider", [z.strictObject({ provider: z.literal("loopback") })]).default({ provider: "loopback" }),
  /** Which executor does the work; passed on unread to the executors package. */
  executor: z.looseObject({ kind: z.string() }).default({ kind: "embedded" }),
  limits: z
    .strictObject({
      queue: z.int().positive().default(10_000),
      attemptsAtOnce: z.int().positive().default(1),
      attempts: z.int().positive().default(5),
      leaseMs: z.int().positive().default(15_000),
    })
    .prefault({}),
});
export type NodeConfig = z.infer<typeof NodeConfig>;
