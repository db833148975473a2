import { defineArtifact, parseText, Text } from "@tasuki/protocol";
import type { z } from "zod";

/** Text that nano collected itself (N1.txt, N2.txt, …), in the form of a source text. */
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
  read: parseText,
  write: (text) => text,
  authoring: {
    prompt: `A text that you collected yourself, as UTF-8, headings as \`#\`. Name its origin in \`out/result.json\`:
\`{"collected": {"N1.txt": {"origin": "https://…", "fetched": "2026-01-31"}}}\`.`,
  },
});
