import type { Range } from "@tasuki/contracts";

export interface Place {
  /** Inclusive, from 0. */
  readonly bytes: { readonly first: number; readonly last: number };
  /** Inclusive, from 1. */
  readonly lines: { readonly first: number; readonly last: number };
  /** From 1, where the text has pages. */
  readonly page?: number;
}

/** Where a range of UTF-16 positions stands in a text: bytes of its UTF-8 form, lines, and the page where form feeds part pages. */
export function locateRange(text: string, { start, end }: Range): Place {
  const before = text.slice(0, start);
  const first = Buffer.byteLength(before);
  const quote = text.slice(start, end);
  const line = count(before, "\n") + 1;
  return {
    bytes: { first, last: first + Buffer.byteLength(quote) - 1 },
    lines: { first: line, last: line + count(quote, "\n") },
    ...(text.includes("\f") && { page: count(before, "\f") + 1 }),
  };
}

/** A place as people read it: `page 4, lines 120-128`. */
export function locatorOf({ lines: { first, last }, page }: Pick<Place, "lines"> & { readonly page?: number | undefined }): string {
  const lines = first === last ? `line ${first}` : `lines ${first}-${last}`;
  return page === undefined ? lines : `page ${page}, ${lines}`;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}
