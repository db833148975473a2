import { defineArtifact, parseText, Text } from "@tasuki/protocol";
import type { z } from "zod";

/** Text of a source (S1.txt, S2.txt, …), headings as `#`, pages parted by form feeds. Quotations are byte ranges of its UTF-8. */
export const SourceText = Text;
export type SourceText = z.infer<typeof SourceText>;

export const sourceText = defineArtifact({
  name: "source-text",
  version: 1,
  file: "S*.txt",
  many: true,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  schema: SourceText,
  read: parseText,
  write: (text) => text,
});
