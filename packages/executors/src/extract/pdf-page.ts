import type { PDFPageProxy } from "unpdf/pdfjs";
import { fieldsOf, type PlacedText } from "./pdf-annotations.ts";

/** A line of a page, where it stands. Lengths are points, 1/72 inch, from the top left corner of the page as it is shown. */
export interface PageLine extends PlacedText {
  /** Its right end. */
  readonly right: number;
  /** Size of its type. */
  readonly size: number;
  /** Number at its end that a row of dots or a wide space leads to, as in a list of contents; 0 for a Roman one. */
  readonly leadsTo?: { readonly number: number; readonly byDots: boolean };
}

export interface Page {
  /** Number, from 1. */
  readonly number: number;
  readonly height: number;
  /** Lines in the order in which the page was written, which is that of its columns. */
  readonly lines: readonly PageLine[];
  /** Comments on the page, in its order. */
  readonly comments: readonly string[];
  /** Number of glyphs that have no text. */
  readonly untold: number;
}

type TextContent = Awaited<ReturnType<PDFPageProxy["getTextContent"]>>;
type Item = Extract<TextContent["items"][number], { str: string }>;

interface PlacedItem extends PlacedText {
  readonly right: number;
  readonly size: number;
}

/** Reads a page: its lines, with what was filled into its form beside the labels, and its comments. */
export async function readPage(page: PDFPageProxy): Promise<Page> {
  const { height, transform } = page.getViewport({ scale: 1 });
  const { items } = await page.getTextContent();
  const lines: PageLine[] = [];
  let untold = 0;
  let row: PlacedItem[] = [];
  const endRow = (): void => {
    const line = toLine(row);
    if (line !== undefined) lines.push(line);
    row = [];
  };
  for (const item of items) {
    if (!("str" in item)) continue;
    const told = item.str.replaceAll(bullet, "•").replaceAll(noText, "");
    untold += item.str.length - told.length;
    row.push(place(item, told, transform));
    if (item.hasEOL) endRow();
  }
  endRow();
  const { fields, comments } = fieldsOf(await page.getAnnotations(), transform);
  return { number: page.pageNumber, height, lines: withFields(lines, fields), comments, untold };
}

// The bullets of the fonts Symbol and Wingdings, which have no characters of their own.
const bullet = /[\uF0A7\uF0B7\uF0D8]/g;
// Characters that stand for no text: controls, private use, unassigned, the replacement character.
const noText = /[^\P{C}\t\n\p{Cf}\p{Cs}]|\uFFFD/gu;

/** Item of a page in the page's own coordinates (ISO 32000-1, 8.3). */
function place(
  { str, transform: [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0], width }: Item,
  text: string,
  view: readonly number[],
): PlacedItem {
  const [va = 1, vb = 0, vc = 0, vd = 1, ve = 0, vf = 0] = view;
  const x = va * e + vc * f + ve;
  const y = vb * e + vd * f + vf;
  const along = (va * a + vc * b) / (Math.hypot(va * a + vc * b, vb * a + vd * b) || 1);
  return { text, x, y, right: x + width * along, size: str.trim() === "" ? 0 : Math.hypot(c, d) };
}

/** Line of items that stand beside each other; undefined where they have no text. */
function toLine(row: readonly PlacedItem[]): PageLine | undefined {
  const inked = row.filter(({ size }) => size > 0);
  const [first] = inked;
  if (first === undefined) return undefined;
  const base = inked.reduce((widest, item) => (item.text.length > widest.text.length ? item : widest), first);
  let text = "";
  for (const item of row) text += isRaised(item, base) ? raise(item.text, text) : item.text;
  text = text
    .replaceAll(/[ \t\u00A0]+/g, " ")
    .replaceAll(/(\[\d+\]) (?=[.,;:])/g, "$1")
    .trim();
  if (text === "") return undefined;
  const last = inked.at(-1) ?? first;
  const before = inked.at(-2);
  const end = /(?:^|[\s.·…])(\d{1,4}|[ivxlc]{1,7})$/.exec(text)?.[1];
  const byDots = /(?:[.·…] ?){4,}[^.·…]+$/.test(text);
  const leads = end !== undefined && (byDots || (before !== undefined && last.x - before.right > 2 * base.size));
  return {
    text,
    x: first.x,
    y: base.y,
    right: last.right,
    size: base.size,
    ...(leads && { leadsTo: { number: /\d/.test(end) ? Number(end) : 0, byDots } }),
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

/** Lines with the texts of form fields: at the end of the label on the left, else below the label above, else at the end, with the field's name. */
function withFields(lines: readonly PageLine[], fields: ReturnType<typeof fieldsOf>["fields"]): PageLine[] {
  const filled = [...lines];
  for (const { name, text, x, top, bottom, isMark } of fields) {
    const beside = filled.filter(({ y }) => y >= top - 2 && y <= bottom + 2);
    // The label of a box to tick stands on its right.
    const label = isMark ? leftmost(beside.filter((line) => line.x >= x)) : undefined;
    const left = rightmost(beside.filter(({ right }) => right <= x + 2));
    const above = filled.filter((line) => line.y < top && top - line.y < 2 * line.size && line.x <= x + 2 && line.right >= x);
    const size = (left ?? above[0] ?? filled[0])?.size ?? 10;
    const at = { y: bottom, x, right: x, size };
    if (label !== undefined) filled[filled.indexOf(label)] = { ...label, text: `${text} ${label.text}` };
    else if (left !== undefined) filled[filled.indexOf(left)] = { ...left, text: `${left.text} ${text}`, right: x };
    else if (above[0] !== undefined) filled.splice(filled.indexOf(above[0]) + 1, 0, { ...at, text });
    else filled.push({ ...at, text: name === "" ? text : `${name}: ${text}` });
  }
  return filled;
}

function leftmost(lines: readonly PageLine[]): PageLine | undefined {
  return lines.toSorted((one, other) => one.x - other.x)[0];
}

function rightmost(lines: readonly PageLine[]): PageLine | undefined {
  return lines.toSorted((one, other) => other.right - one.right)[0];
}
