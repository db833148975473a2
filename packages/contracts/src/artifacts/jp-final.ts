import { z } from "zod";
import { Id, Sha256 } from "../identifiers.ts";
import { ItemId, SourceId } from "./candidate-list.ts";
import { Profile } from "./run.ts";
import { Gap, InputDigest } from "./sg-review.ts";

const line = z.string().regex(/^[^\r\n]*$/, "one line");

export const Reference = z.object({
  item: ItemId,
  source: SourceId,
  /** `lines 120-128` or `page 4`. */
  locator: line,
  /** SHA-256 of the quoted bytes. */
  sha256: Sha256,
});
export type Reference = z.infer<typeof Reference>;

/** jp-final.txt: the text that the run is for, its references, and what jp checked before it let it go. */
export const JpFinal = z.object({
  run: Id,
  profile: Profile,
  inputs: z.array(InputDigest),
  decision: z.enum(["accepted", "returned"]),
  title: line,
  /** Sections in order; paragraphs in `text` are parted by a blank line; sentences end with citations such as `[C1]` or `[C1][C4]`. */
  sections: z.array(z.object({ heading: line, text: z.string() })),
  references: z.array(Reference),
  acceptance: z.object({
    checks: z.array(z.object({ name: line, result: z.enum(["passed", "failed"]), detail: line })),
    gaps: z.array(Gap),
  }),
  /** With `returned`: what sg must settle. */
  requests: z.array(line),
});
export type JpFinal = z.infer<typeof JpFinal>;
