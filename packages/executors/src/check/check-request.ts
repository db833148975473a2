import { Unmet } from "@tasuki/contracts";
import { z } from "zod";

/** What the checking child is asked for, on stdin. Paths are absolute. */
export const CheckRequest = z.object({
  /** The folder of the files. */
  from: z.string(),
  stages: z.array(z.string()),
  producers: z.record(z.string(), z.string()),
  /** Where it writes what doesn't hold. */
  result: z.string(),
});
export type CheckRequest = z.infer<typeof CheckRequest>;

export const CheckResult = z.array(Unmet);
