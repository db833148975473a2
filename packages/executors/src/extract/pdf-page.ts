import type { PDFPageProxy } from "unpdf/pdfjs";
import { fieldsOf, withFields } from "./pdf-annotations.ts";
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
