import { FileName, Sha256, Unmet } from "@tasuki/contracts";
import { z } from "zod";

/** What a stage's child is asked for, on stdin. The role is one of the pipeline that this program has. */
export const StageRequest = z.object({
  /** Absolute path of the work folder. */
  folder: z.string(),
  run: z.string(),
  role: z.string(),
  producer: z.string(),
  /**
   * Who does the work first: the embedded executor, or a module of the app that exports `work` (its file URL, from the app's own code).
   * Left out, what is in `out/` is completed and judged.
   */
  work: z.union([z.literal("embedded"), z.url({ protocol: /^file$/ })]).optional(),
  /** SHA-256 by name of what `in/` held before somebody else worked beside it. */
  given: z.record(z.string(), Sha256).optional(),
  /** Absolute path of the file that the result goes to. */
  result: z.string(),
});
export type StageRequest = z.infer<typeof StageRequest>;

/** How a stage came out, as its child writes it. */
export const StageResult = z.object({
  outcome: z.enum(["succeeded", "contract-violation", "no-output", "failed", "misconfigured"]),
  detail: z.string().exactOptional(),
  unmet: z.array(Unmet).exactOptional(),
  files: z.array(z.object({ name: FileName, contract: z.string(), sha256: Sha256, size: z.int().nonnegative() })),
  decision: z.string().exactOptional(),
});
export type StageResult = z.infer<typeof StageResult>;
