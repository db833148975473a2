import { Direction, FileName, Sha256, Unmet } from "@tasuki/protocol";
import { z } from "zod";
import { PipelineRequest } from "../define/load-pipeline.ts";

/** Request to a stage's job. */
export const StageRequest = z.object({
  pipeline: PipelineRequest,
  /** Absolute path of the work folder. */
  folder: z.string(),
  run: z.string(),
  /** Name of a role of the pipeline. */
  role: z.string(),
  producer: z.string(),
  /** File URL of the app's module that does the work first. Left out, the files in `out/` are completed and judged as they are. */
  work: z.url({ protocol: /^file$/ }).optional(),
  /** SHA-256 by name of the files in `in/` before a program that could change them was started. */
  given: z.record(z.string(), Sha256).optional(),
});
export type StageRequest = z.infer<typeof StageRequest>;

/** Result of a stage, as its job answers it. */
export const StageResult = z.object({
  outcome: z.enum(["succeeded", "contract-violation", "no-output", "needs-human", "failed", "misconfigured"]),
  detail: z.string().exactOptional(),
  unmet: z.array(Unmet).exactOptional(),
  /** True where the author could mend what is unmet: it is in his own files. */
  mendable: z.boolean().exactOptional(),
  files: z.array(z.object({ name: FileName, contract: z.string(), sha256: Sha256, size: z.int().nonnegative() })),
  decision: z.string().exactOptional(),
  direction: Direction.exactOptional(),
});
export type StageResult = z.infer<typeof StageResult>;

// Unmet rules that are reported: more than anybody mends in one go, and a hostile file can break its contract in a million places.
const maxUnmet = 50;

/** Result of a stage whose files break their contracts; `mendable` are those of its author, who may be asked once more. */
export function contractViolation(unmet: readonly Unmet[]): StageResult {
  const [first] = unmet;
  const where = first === undefined ? "" : `${first.file}${first.line === undefined ? "" : ` line ${first.line}`}`;
  return {
    outcome: "contract-violation",
    detail: `${unmet.length} unmet; the first: ${where}: expected ${first?.expected}, got ${first?.got}; ${first?.fix}`,
    unmet: unmet.slice(0, maxUnmet),
    files: [],
  };
}
