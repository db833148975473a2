import { defineArtifact, Id, judge, type Parsed, type Rules, Sha256, Text } from "@tasuki/protocol";
import { z } from "zod";
import { ItemId, SourceId } from "../ids.ts";
import { authoring } from "./authoring.ts";
import { completeDeRawOutput } from "./complete.ts";
import { readDeRawOutput } from "./read.ts";
import { formatDeRawOutput } from "./write.ts";

/** Verbatim passage. `bytes` and `lines` are inclusive ranges: bytes from 0, lines from 1. */
export const RawBlock = z.object({
  candidate: ItemId,
  source: SourceId,
  bytes: z.object({ first: z.int().nonnegative(), last: z.int().nonnegative() }),
  lines: z.object({ first: z.int().positive(), last: z.int().positive() }),
  /** Page from 1, where the source has pages. */
  page: z.int().positive().optional(),
  /** SHA-256 of the passage's bytes. */
  sha256: Sha256,
  text: Text.min(1),
});
export type RawBlock = z.infer<typeof RawBlock>;

/** The place of a passage, for people: `line 3`, `lines 3-5`, `page 4, lines 120-128`. */
export function locatorOf({ lines, page }: Pick<RawBlock, "lines" | "page">): string {
  const place = lines.first === lines.last ? `line ${lines.first}` : `lines ${lines.first}-${lines.last}`;
  return page === undefined ? place : `page ${page}, ${place}`;
}

/** Value of de-raw-output.txt: the passages behind the candidates, byte for byte. A candidate may have several blocks. */
export const DeRawOutput = z.object({ run: Id, blocks: z.array(RawBlock) });
export type DeRawOutput = z.infer<typeof DeRawOutput>;

const range = { expected: "an inclusive range such as 10-20", fix: "leave it to completion, or write it as first-last" };
const rules: Rules = {
  run: { expected: "the run's id", fix: "write 'run: <id>' from run.json in the header" },
  "blocks.*.candidate": { expected: "the id of a candidate: C1, C2, …", fix: "begin the block with '== C1 S2'" },
  "blocks.*.source": { expected: "the id of a source: S1, S2, … or N1, N2, …", fix: "begin the block with '== C1 S2'" },
  "blocks.*.bytes": range,
  "blocks.*.lines": range,
  "blocks.*.page": { expected: "the number of a page, from 1", fix: "leave it to completion, or write page=4" },
  "blocks.*.sha256": { expected: "the SHA-256 of the passage", fix: "leave it to completion, or write sha256=<64 hexadecimal digits>" },
  "blocks.*.text": { expected: "the verbatim lines of the passage", fix: "write each line of the passage after '| '" },
};

const contract = {
  name: "de-raw-output",
  version: 1,
  file: "de-raw-output.txt",
  schema: DeRawOutput,
  rules,
  read(text: string, fileName: string): Parsed<DeRawOutput> {
    const { report, draft } = readDeRawOutput(text, { artifact: contract, fileName, draft: false });
    return judge(report, contract, draft);
  },
} as const;

export const deRawOutput = defineArtifact({
  ...contract,
  mediaType: "text/plain",
  maxBytes: 8 * 1024 * 1024,
  write: formatDeRawOutput,
  complete: (text, context) => completeDeRawOutput(text, contract, context),
  authoring,
});
