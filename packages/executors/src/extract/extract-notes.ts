import { FileName, Sha256 } from "@tasuki/contracts";
import { z } from "zod";

/** What the extraction child is asked for, on stdin. Paths are absolute. */
export const ExtractRequest = z.object({
  sources: z.array(z.object({ id: z.string(), name: FileName })),
  from: z.string(),
  to: z.string(),
  /** Where it notes, line by line, what it began and what came of it. */
  notes: z.string(),
});
export type ExtractRequest = z.infer<typeof ExtractRequest>;

/** One line of the notes: a source was begun, or is done. */
export const ExtractNote = z.union([
  z.object({ id: z.string(), begun: z.literal(true) }),
  z.object({
    id: z.string(),
    mediaType: z.string(),
    extractor: z.string(),
    text: z.object({ name: FileName, sha256: Sha256, size: z.int().nonnegative() }),
  }),
  z.object({ id: z.string(), mediaType: z.string(), unreadable: z.string() }),
]);
export type ExtractNote = z.infer<typeof ExtractNote>;

/** The notes of a child that may have died in the middle of a line. */
export function parseNotes(text: string): ExtractNote[] {
  return text.split("\n").flatMap((line) => {
    try {
      const parsed = ExtractNote.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
