import type { DeRawOutput, RawBlock } from "./de-raw-output.ts";

export function formatDeRawOutput({ run, blocks }: DeRawOutput): string {
  return `contract: de-raw-output@1\nrun: ${run}\n${blocks.map((block) => `\n${formatBlock(block)}`).join("")}`;
}

/** Writes a passage, below a head with its known fields. */
export function formatBlock({ candidate, source, bytes, lines, page, sha256, text }: DraftedBlock): string {
  const head = [
    `== ${candidate} ${source}`,
    ...(bytes === undefined ? [] : [`bytes=${bytes.first}-${bytes.last}`]),
    ...(lines === undefined ? [] : [`lines=${lines.first}-${lines.last}`]),
    ...(page === undefined ? [] : [`page=${page}`]),
    ...(sha256 === undefined ? [] : [`sha256=${sha256}`]),
  ];
  return `${head.join(" ")}\n| ${text.replaceAll("\n", "\n| ")}\n`;
}

/** A passage of a draft. Completion finds the other fields in the source. */
type DraftedBlock = Pick<RawBlock, "candidate" | "source" | "text"> & Partial<RawBlock>;
