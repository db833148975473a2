import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getDocumentProxy, getResolvedPDFJS } from "unpdf";
import { composePages } from "./pdf-compose.ts";
import { findFurniture } from "./pdf-furniture.ts";
import { type Page, readPage } from "./pdf-page.ts";
import type { Reading } from "./reading.ts";

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

// Tables that say which characters the glyphs of a font without them are: all Japanese of some documents is lost without. pdf.js adds file names.
const data = dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json")));
const tables = { cMapUrl: join(data, "cmaps/"), cMapPacked: true, standardFontDataUrl: join(data, "standard_fonts/") };

/** Reads a PDF, its pages parted by form feeds. Columns come in the order in which the file has them. */
export async function readPdf(bytes: Uint8Array): Promise<Reading> {
  let pdf: Pdf;
  try {
    // `verbosity: 0` is errors only. A copy, since pdf.js detaches the buffer that it is given.
    pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, ...tables });
  } catch (error) {
    return { unreadable: reasonOf(error) };
  }
  try {
    if (pdf.isPureXfa) return { unreadable: "the PDF is a form of the kind XFA, whose text is not in its pages; print it to a PDF" };
    const pages: Page[] = [];
    const pictured: number[] = [];
    // One page at a time: a hundred pages at once hold a hundred pages of glyphs.
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const proxy = await pdf.getPage(number);
      const page = await readPage(proxy);
      pages.push(page);
      if (page.lines.length === 0 && (await isInked(proxy))) pictured.push(number);
      proxy.cleanup();
    }
    const letters = pages.some(({ lines }) => lines.some(({ text }) => /[\p{L}\p{N}]/u.test(text)));
    if (!letters) return { unreadable: `the PDF has ${pdf.numPages} pages and no text layer (a scan?); run it through OCR first` };
    const untold = pages.filter((page) => page.untold > 0);
    const dropped = [
      ...(pictured.length > 0 ? [`what is shown on page ${rangesOf(pictured)}, which has no text layer (a scan?)`] : []),
      ...(untold.length > 0
        ? [`${sumOf(untold)} characters on page ${rangesOf(untold.map(({ number }) => number))} whose glyphs say no text`]
        : []),
    ];
    return { ...composePages(pages, findFurniture(pages)), dropped };
  } catch (error) {
    return { unreadable: reasonOf(error) };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  if (name === "PasswordException") return "the PDF is encrypted and needs a password; give it without one";
  return `the PDF can't be read: ${message}`;
}

/** True where a page without text shows something: a picture, or glyphs that no text is known of. */
async function isInked(page: Awaited<ReturnType<Pdf["getPage"]>>): Promise<boolean> {
  const { OPS } = await getResolvedPDFJS();
  const { fnArray } = await page.getOperatorList();
  const inks = new Set([OPS.showText, OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject, OPS.constructPath]);
  return fnArray.some((operator: number) => inks.has(operator));
}

function sumOf(pages: readonly Page[]): number {
  return pages.reduce((sum, { untold }) => sum + untold, 0);
}

/** `3–5, 9` of page numbers in order. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}
