import type { RawBlock } from "../artifacts/de-raw-output.ts";

/** Where a passage stands, for people: `line 3`, `lines 3-5`, `page 4, lines 120-128`. */
export function locatorOf({ lines, page }: Pick<RawBlock, "lines" | "page">): string {
  const place = lines.first === lines.last ? `line ${lines.first}` : `lines ${lines.first}-${lines.last}`;
  return page === undefined ? place : `page ${page}, ${place}`;
}
