import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Job } from "./run-seeds.ts";

const Kept = z.array(
  z.strictObject({
    seed: z.int().nonnegative(),
    /** Number of nodes, main included. */
    nodes: z.int().min(2),
    /** More of some faults than the seed brings. */
    mix: z.record(z.string(), z.number()).optional(),
    /** Finding: what did not hold, and where the fault was. */
    found: z.string(),
  }),
);

/**
 * The seeds of `seeds.json`: each once failed, and all of them are simulated first, always. A seed brings its faults for as long as the
 * simulator draws by chance what it drew then; so whoever changes that finds out whether they still show what they are kept for.
 */
export const keptSeeds: readonly Job[] = Kept.parse(JSON.parse(readFileSync(new URL("seeds.json", import.meta.url), "utf8"))).map(
  ({ seed, nodes, mix }) => ({ seed, roles: nodes - 1, ...(mix && { mix }) }),
);
