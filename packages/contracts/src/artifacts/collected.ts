import type { z } from "zod";
import { defineArtifact } from "../define-artifact.ts";
import { Text } from "../format/line.ts";
import { parseText } from "../format/parse-text.ts";

/** N1.txt, N2.txt, …: a text that nano collected itself, in the form of a source text. */
export const Collected = Text;
export type Collected = z.infer<typeof Collected>;

export const collected = defineArtifact({
  name: "collected",
  version: 1,
  file: "N*.txt",
  many: true,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  schema: Collected,
  parse: parseText,
  format: (text) => text,
});
