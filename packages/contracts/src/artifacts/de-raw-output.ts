import { z } from "zod";
import { Id, Sha256 } from "../identifiers.ts";
import { ItemId, SourceId } from "./candidate-list.ts";

/** One verbatim passage. `bytes` and `lines` are both inclusive ranges: bytes from 0, lines from 1. */
export const RawBlock = z.object({
  candidate: ItemId,
  source: SourceId,
  bytes: z.object({ first: z.int().nonnegative(), last: z.int().nonnegative() }),
  lines: z.object({ first: z.int().positive(), last: z.int().positive() }),
  /** From 1, where the source has pages. */
  page: z.int().positive().optional(),
  /** SHA-256 of the passage's bytes. */
  sha256: Sha256,
  text: z.string().min(1),
});
export type RawBlock = z.infer<typeof RawBlock>;

/** de-raw-output.txt: the passages behind the candidates, byte for byte. A candidate may have several blocks. */
export const DeRawOutput = z.object({ run: Id, blocks: z.array(RawBlock) });
export type DeRawOutput = z.infer<typeof DeRawOutput>;
