import type { PDFPageProxy } from "unpdf/pdfjs";

/** A text and where it begins. Lengths are points from the top left corner of the page as it is shown. */
interface PlacedText {
  readonly text: string;
  readonly x: number;
  /** Baseline. */
  readonly y: number;
}

/** A part of a line, parted from the next by a wide space. */
export interface LinePart extends PlacedText {
  /** Its right end. */
  readonly right: number;
  /** True where all of it is in a type of one width, as code is. */
  readonly isCode: boolean;
}

/** A line of a page, where it stands. Lengths are points, 1/72 inch, from the top left corner of the page as it is shown. */
export interface PageLine extends PlacedText {
  /** Its right end. */
  readonly right: number;
  /** Size of its type. */
  readonly size: number;
  readonly parts: readonly LinePart[];
  /** Number at its end that a row of dots or a wide space leads to, as in a list of contents; 0 for a Roman one. */
  readonly leadsTo?: { readonly number: number; readonly byDots: boolean };
  /** True for a label with what is filled in beside it. */
  readonly isFilled?: boolean;
}

export type TextContent = Awaited<ReturnType<PDFPageProxy["getTextContent"]>>;
type Item = Extract<TextContent["items"][number], { str: string }>;

interface PlacedItem extends LinePart {
  /** 0 for white space. */
  readonly size: number;
}

// Sizes of type that a space is wide from which on it parts a line.
const wide = 0.9;

interface ItemLines {
  /** Lines in the order of the items. */
  readonly lines: readonly PageLine[];
  /** Number of glyphs that have no text. */
  readonly untold: number;
}

/** Lines of the items of a page, in their order, and the number of glyphs that have no text. `view` is the page's transform. */
export function linesOf({ items, styles }: Pick<TextContent, "items" | "styles">, view: readonly number[]): ItemLines {
  const lines: PageLine[] = [];
  let untold = 0;
  let row: PlacedItem[] = [];
  let before: PlacedItem | undefined;
  const endRow = (): void => {
    const line = toLine(row);
    if (line !== undefined) lines.push(line);
    row = [];
    before = undefined;
  };
  for (const item of items) {
    if (!("str" in item)) continue;
    const str = item.str.replaceAll(bullet, "•");
    const told = str.replaceAll(noText, "").replaceAll(upended, (mark) => mark.normalize("NFKC"));
    untold += str.match(noText)?.length ?? 0;
    const placed = place(item, { text: told, isCode: styles[item.fontName]?.fontFamily === "monospace", view });
    // pdf.js does not end a line where the next item of the file stands a little higher or lower, as the next cell of a table may.
    if (before !== undefined && isElsewhere(placed, before)) endRow();
    row.push(placed);
    if (placed.size > 0) before = placed;
    if (item.hasEOL) endRow();
  }
  endRow();
  return { lines, untold };
}

/** True for an item above or below the one before it; a small one beside it is an exponent, an index or the mark of a note. */
function isElsewhere(item: PlacedItem, before: PlacedItem): boolean {
  if (item.size === 0) return false;
  const [small, large] = [Math.min(item.size, before.size), Math.max(item.size, before.size)];
  const down = Math.abs(item.y - before.y);
  return down > 1.2 * large || (down > 0.3 * large && small > 0.85 * large);
}

// The bullets of the fonts Symbol and Wingdings, which have no characters of their own.
const bullet = /[\uF0A7\uF0B7\uF0D8]/g;
// Marks as they stand in vertical lines, which have characters of their own: `︒` for `。`.
const upended = /[\uFE10-\uFE19\uFE30-\uFE44\uFE47\uFE48]/g;
// Characters that stand for no text: controls, private use, unassigned, the replacement character.
const noText = /[^\P{C}\t\n\p{Cf}\p{Cs}]|\uFFFD/gu;

/** Item of a page in the page's own coordinates (ISO 32000-1, 8.3). */
function place(
  { str, transform: [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0], width }: Item,
  { text, isCode, view }: { readonly text: string; readonly isCode: boolean; readonly view: readonly number[] },
): PlacedItem {
  const [va = 1, vb = 0, vc = 0, vd = 1, ve = 0, vf = 0] = view;
  const x = va * e + vc * f + ve;
  const y = vb * e + vd * f + vf;
  const along = (va * a + vc * b) / (Math.hypot(va * a + vc * b, vb * a + vd * b) || 1);
  return { text, x, y, right: x + width * along, size: str.trim() === "" ? 0 : Math.hypot(c, d), isCode };
}

/** Line of items that stand beside each other; undefined where they have no text. */
function toLine(given: readonly PlacedItem[]): PageLine | undefined {
  const row = isSpacedOut(given) ? given.map((item) => ({ ...item, text: item.text.replaceAll(/(?<=\S) (?=\S)/g, "") })) : given;
  const inked = row.filter(({ size }) => size > 0);
  const [first] = inked;
  if (first === undefined) return undefined;
  const base = inked.reduce((widest, item) => (item.text.length > widest.text.length ? item : widest), first);
  const parts: LinePart[] = partsOf(row, base)
    .map(textOfPart(base))
    .filter((part) => part.text !== "");
  const text = parts.map((part) => part.text).join(" ");
  if (text === "") return undefined;
  const last = inked.at(-1) ?? first;
  const before = inked.at(-2);
  // The end of the line alone, since a line of dots is looked at from each of them.
  const end = /(?:^|[\s.·…])(\d{1,4}|[ivxlc]{1,7})$/.exec(text.slice(-16))?.[1];
  const byDots = /(?:[.·…] ?){4}[^.·…]{1,40}$/.test(text.slice(-60));
  const leads = end !== undefined && (byDots || (before !== undefined && last.x - before.right > 2 * base.size));
  return {
    text,
    x: first.x,
    y: base.y,
    right: last.right,
    size: base.size,
    parts,
    ...(leads && { leadsTo: { number: /\d/.test(end) ? Number(end) : 0, byDots } }),
  };
}

/** True for a line whose letters stand apart, as in some titles: `T h e   d e s k`, of which each word is an item. */
function isSpacedOut(row: readonly PlacedItem[]): boolean {
  const words = row.filter(({ size }) => size > 0);
  const spaced = words.filter(({ text }) => /^\S(?: \S)+$/u.test(text));
  const length = words.reduce((sum, { text }) => sum + text.length, 0);
  return length > 15 && spaced.some(({ text }) => /\p{L} \p{L} \p{L}/u.test(text)) && words.every(({ text }) => /^\S(?: \S)*$/u.test(text));
}

/** Items of a row, parted where a wide space is between them. */
function partsOf(row: readonly PlacedItem[], { size }: PlacedItem): PlacedItem[][] {
  const parts: PlacedItem[][] = [[]];
  let before: PlacedItem | undefined;
  for (const item of row) {
    if (item.size > 0) {
      // Right-to-left text stands on the left of what is before it.
      const gap = before === undefined ? 0 : Math.max(item.x - before.right, before.x - item.right);
      if (gap > wide * size) parts.push([]);
      before = item;
    }
    parts.at(-1)?.push(item);
  }
  return parts;
}

function textOfPart(base: PlacedItem): (part: readonly PlacedItem[]) => LinePart {
  return (part) => {
    const inked = part.filter(({ size }) => size > 0);
    const pieces: string[] = [];
    // A text that grows and is looked at is copied at each look: only its last characters are.
    let before = "";
    for (const item of part) {
      const piece = isRaised(item, base) ? raise(item.text, before) : item.text;
      pieces.push(piece);
      before = `${before}${piece.slice(-8)}`.slice(-8);
    }
    return {
      text: pieces
        .join("")
        .replaceAll(/[ \t\u00A0]+/g, " ")
        .replaceAll(/(\[\d+\]) (?=[.,;:])/g, "$1")
        .trim(),
      x: inked[0]?.x ?? base.x,
      y: base.y,
      right: inked.at(-1)?.right ?? base.x,
      isCode: inked.every(({ isCode }) => isCode),
    };
  };
}

/** True for a small number above the baseline: an exponent, or the mark of a note. */
function isRaised(item: PlacedItem, base: PlacedItem): boolean {
  return item.size > 0 && item.size <= 0.8 * base.size && base.y - item.y > 0.15 * base.size && /^[+−-]?\d{1,3}$/.test(item.text.trim());
}

/** Raised number as plain text can have it: `2^40`, `m^2`, and `word [3]` for a note's mark. */
function raise(text: string, before: string): string {
  const number = text.trim();
  if (/(?:[\d)\]]|(?:^|[^\p{L}])\p{L}{1,2})$/u.test(before)) return `^${number}`;
  return before.trim() === "" ? `[${number}] ` : `${before.endsWith(" ") ? "" : " "}[${number}]`;
}
