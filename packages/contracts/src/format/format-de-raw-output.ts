import type { DeRawOutput } from "../artifacts/de-raw-output.ts";

export function formatDeRawOutput({ run, blocks }: DeRawOutput): string {
  const texts = blocks.map(({ candidate, source, bytes, lines, page, sha256, text }) => {
    const pages = page === undefined ? "" : ` page=${page}`;
    const head = `== ${candidate} ${source} bytes=${bytes.first}-${bytes.last} lines=${lines.first}-${lines.last}${pages} sha256=${sha256}`;
    return `\n${head}\n| ${text.replaceAll("\n", "\n| ")}\n`;
  });
  return `contract: de-raw-output@1\nrun: ${run}\n${texts.join("")}`;
}
