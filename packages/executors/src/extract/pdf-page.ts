import type { PDFPageProxy } from "unpdf/pdfjs";
import { fieldsOf } from "./pdf-annotations.ts";
import { partColumns } from "./pdf-columns.ts";
import { linesOf, type PageLine, type TextContent } from "./pdf-lines.ts";

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

/** Reads a page: its lines, with what was filled into its form beside the labels, and its comments. */
export async function readPage(page: PDFPageProxy): Promise<Page> {
  const { width, height: shown, transform } = page.getViewport({ scale: 1 });
  const content = await page.getTextContent();
  const { view, height } = upright({ view: transform, width, height: shown }, content.items);
  const { fields, comments } = fieldsOf(await page.getAnnotations(), view);
  const { lines, untold } = linesOf(content, view);
  return { number: page.pageNumber, height, lines: withFields(partColumns(lines), fields), comments, untold };
}

/** View of a page: its transform, and its size. */
interface View {
  readonly view: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** View of a page turned so that most of its text runs from left to right: a table on its side is shown with the page turned by its reader. */
function upright({ view, width, height }: View, items: TextContent["items"]): View {
  const [va = 1, vb = 0, vc = 0, vd = 1, ve = 0, vf = 0] = view;
  const lengths = [0, 0, 0, 0];
  for (const item of items) {
    if (!("str" in item)) continue;
    const [a = 1, b = 0] = item.transform;
    const quarter = Math.round(Math.atan2(vb * a + vd * b, va * a + vc * b) / (Math.PI / 2)) & 3;
    lengths[quarter] = (lengths[quarter] ?? 0) + item.str.length;
  }
  // Quarters of a turn, clockwise: text that runs down, upside down, or up.
  const [, down = 0, over = 0] = lengths;
  const most = Math.max(...lengths);
  if (most === 0 || lengths[0] === most) return { view, width, height };
  if (down === most) return { view: [vb, -va, vd, -vc, vf, width - ve], width: height, height: width };
  if (over === most) return { view: [-va, -vb, -vc, -vd, width - ve, height - vf], width, height };
  return { view: [-vb, va, -vd, vc, height - vf, ve], width: height, height: width };
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
    if (label !== undefined) filled[filled.indexOf(label)] = whole({ ...label, text: `${text} ${label.text}` });
    else if (left !== undefined) filled[filled.indexOf(left)] = whole({ ...left, text: `${left.text} ${text}`, right: x });
    else if (above[0] !== undefined) filled.splice(filled.indexOf(above[0]) + 1, 0, whole({ ...at, text }));
    else filled.push(whole({ ...at, text: name === "" ? text : `${name}: ${text}` }));
  }
  return filled;
}

/** Line of one part. */
function whole(line: Omit<PageLine, "parts">): PageLine {
  return { ...line, parts: [{ text: line.text, x: line.x, y: line.y, right: line.right, isCode: false }] };
}

function leftmost(lines: readonly PageLine[]): PageLine | undefined {
  return lines.toSorted((one, other) => one.x - other.x)[0];
}

function rightmost(lines: readonly PageLine[]): PageLine | undefined {
  return lines.toSorted((one, other) => other.right - one.right)[0];
}
