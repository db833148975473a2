import { Problem } from "@tasuki/protocol";
import { z } from "zod";
import { PipelineRequest } from "../define/load-pipeline.ts";

/** Question about files: a check of stages, or one of the pipeline's views. */
export const Question = z.discriminatedUnion("asks", [
  z.object({
    asks: z.literal("check"),
    stages: z.array(z.string()),
    producers: z.record(z.string(), z.string()),
    decisions: z.record(z.string(), z.string()),
  }),
  z.object({ asks: z.literal("view"), view: z.string() }),
]);
export type Question = z.infer<typeof Question>;

/** Request to the checker's job. */
export const CheckRequest = z.object({
  pipeline: PipelineRequest,
  question: Question,
  /** Absolute path of the folder of the files. */
  from: z.string(),
});
export type CheckRequest = z.infer<typeof CheckRequest>;

/** Answer of the checker's job: plain JSON, or the reason why there is none. */
export const CheckAnswer = z.union([z.object({ refused: Problem }), z.object({ answer: z.unknown() })]);
export type CheckAnswer = z.infer<typeof CheckAnswer>;
