/** Index of a text: its bytes, with the line and page of each. */
export interface TextIndex {
  readonly bytes: Buffer;
  /** The line of a byte, from 1. A line end belongs to the line that it ends. */
  lineOf(byte: number): number;
  /** The page of a byte, from 1; undefined where the text has no form feeds. */
  pageOf(byte: number): number | undefined;
}

/** Indexes a text, so that thousands of its passages can be placed. */
export function indexText(text: string): TextIndex {
  const bytes = Buffer.from(text);
  const lines = positionsOf(bytes, 10);
  const pages = positionsOf(bytes, 12);
  return {
    bytes,
    lineOf: (byte) => before(lines, byte) + 1,
    pageOf: (byte) => (pages.length === 0 ? undefined : before(pages, byte) + 1),
  };
}

function positionsOf(bytes: Buffer, value: number): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(value); at !== -1; at = bytes.indexOf(value, at + 1)) found.push(at);
  return found;
}

/** The number of positions before a byte. */
function before(positions: readonly number[], byte: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] ?? 0) < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}
