/** Index of a text: its bytes, with the line and page of each. */
export interface TextIndex {
  readonly bytes: Buffer;
  /** The line of a byte, from 1. A line end belongs to the line that it ends. */
  lineOf(byte: number): number;
  /** The first byte of a line. */
  startOf(line: number): number;
  /** The page of a byte, from 1; undefined where the text has no form feeds. */
  pageOf(byte: number): number | undefined;
  /** The UTF-16 position of a byte. */
  positionOf(byte: number): number;
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
    positionOf: createPositions(bytes),
  };
}

// Distance of the bytes whose positions are kept.
const stride = 1024;

function createPositions(bytes: Buffer): (byte: number) => number {
  let marks: number[] | undefined;
  const unitsIn = (from: number, to: number): number => {
    let units = 0;
    // A character has one byte that does not go on with another one, and two units where it has four bytes.
    for (const byte of bytes.subarray(from, to)) units += byte >= 0xf0 ? 2 : Number(byte < 0x80 || byte >= 0xc0);
    return units;
  };
  const marked = (): number[] => {
    const found = [0];
    for (let at = 0; at + stride <= bytes.length; at += stride) found.push((found.at(-1) ?? 0) + unitsIn(at, at + stride));
    return found;
  };
  return (byte) => {
    const mark = Math.floor(byte / stride);
    marks ??= marked();
    return (marks[mark] ?? 0) + unitsIn(mark * stride, byte);
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
