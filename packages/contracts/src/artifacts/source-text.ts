import type { z } from "zod";
import { defineArtifact } from "../define-artifact.ts";
import { Text } from "../format/line.ts";
import { parseText } from "../format/parse-text.ts";

/** S1.txt, S2.txt, …: a source as UTF-8 text, headings as `#`, pages parted by form feeds. Quotations are byte ranges of this. */
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
  parse: parseText,
  format: (text) => text,
});
