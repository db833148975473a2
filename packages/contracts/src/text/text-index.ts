/** Index of a text: its bytes, with the line and page of each. */
export interface TextIndex {
  readonly bytes: Buffer;
  /** The line of a byte, from 1. A line end belongs to the line that it ends. */
  lineOf(byte: number): number;
  /** The first byte of a line. */
  startOf(line: number): number;
  /** The page of a byte, from 1; undefined where the text has no form feeds. */
  pageOf(byte: number): number | undefined;
}

/** Indexes a text, so that thousands of its passages can be placed. */
export function indexText(text: string): TextIndex {
  const bytes = Buffer.from(text);
  const lines = positionsOf(bytes, "\n");
  const pages = positionsOf(bytes, "\f");
  return {
    bytes,
    lineOf: (byte) => countBefore(lines, byte) + 1,
    startOf: (line) => (line <= 1 ? 0 : (lines[line - 2] ?? bytes.length - 1) + 1),
    pageOf: (byte) => (pages.length === 0 ? undefined : countBefore(pages, byte) + 1),
  };
}

/** The positions of a character in a text, or in its bytes, in order. */
export function positionsOf(text: string | Buffer, character: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found.push(at);
  return found;
}

/** The number of positions, which are in order, before another one. */
export function countBefore(positions: readonly number[], position: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
