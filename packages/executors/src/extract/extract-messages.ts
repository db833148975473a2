import { type AnyArtifact, FileName, fileNameOf, Problem, Sha256, SourceBlock } from "@tasuki/protocol";
import { z } from "zod";
import { PipelineRequest } from "../define/load-pipeline.ts";

/** Request to the job of an extraction. Paths are absolute. */
export const ExtractRequest = z.object({
  pipeline: PipelineRequest,
  sources: z.array(z.object({ id: z.string(), name: FileName })),
  /** Number of blocks that are told of one source, at most. */
  blocks: z.int().positive(),
  from: z.string(),
  to: z.string(),
});
export type ExtractRequest = z.infer<typeof ExtractRequest>;

/** Note of the job: a source was begun, or is done, with its text or the reason why there is none; or no source can be read at all. */
export const ExtractNote = z.union([
  z.object({ id: z.string(), begun: z.literal(true) }),
  z.object({
    id: z.string(),
    mediaType: z.string(),
    extractor: z.string(),
    text: z.object({ name: FileName, sha256: Sha256, size: z.int().nonnegative() }),
    blocks: z.array(SourceBlock).optional(),
    dropped: z.array(z.string()).optional(),
    guessed: z.array(z.string()).optional(),
  }),
  z.object({ id: z.string(), mediaType: z.string(), unreadable: z.string() }),
  z.object({ refused: Problem }),
]);
export type ExtractNote = z.infer<typeof ExtractNote>;

/** Name of the file of a source's text: the relay's own, with the number of the source (`S2`). */
export function textFileOf(sources: AnyArtifact, id: string): string {
  return fileNameOf(sources, Number(id.slice(1)));
}
