import { z } from "zod";
import { Id, Name, Sha256 } from "./identifiers.ts";

/**
 * Main's word that it has given out a run at an epoch: main's dispatch brings it, signed by main in an envelope of its own, and each hand-off copies
 * it. A node takes work from another role's node only with main's word for it.
 */
export const Grant = z.looseObject({
  v: z.literal(1),
  run: Id,
  epoch: z.int().nonnegative(),
  /** SHA-256 of the run's `run.json`, which says the route. */
  plan: Sha256,
  /** Nodes that the run is placed on, by role, as its tasks name them. */
  nodes: z.record(Name, Name).optional(),
});
export type Grant = z.infer<typeof Grant>;

/** `payloadType` of a grant. */
export const grantPayloadType = "application/vnd.tasuki.grant+json";
