import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getDocumentProxy, getResolvedPDFJS } from "unpdf";
import { composePages } from "./pdf-compose.ts";
import { findFurniture } from "./pdf-furniture.ts";
import { type Page, readPage } from "./pdf-page.ts";
import { catchWarnings, saysDamage } from "./pdf-warnings.ts";
import type { Reading } from "./reading.ts";

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

// Tables that say which characters the glyphs of a font without them are: all Japanese of some documents is lost without. pdf.js adds file names.
const data = dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json")));
const tables = { cMapUrl: join(data, "cmaps/"), cMapPacked: true, standardFontDataUrl: join(data, "standard_fonts/") };

/** Reads a PDF, its pages parted by form feeds. Columns come in the order in which the file has them. */
export async function pdfToText(bytes: Uint8Array): Promise<Reading> {
  using caught = catchWarnings();
  let pdf: Pdf;
  try {
    // A copy, since pdf.js detaches the buffer that it is given. `verbosity: 1` is warnings too.
    pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 1, ...tables });
  } catch (error) {
    return { unreadable: reasonOf(error) };
  }
  try {
    if (pdf.isPureXfa) return { unreadable: "the PDF is a form of the kind XFA, whose text is not in its pages; print it to a PDF" };
    const pages: Page[] = [];
    const [pictured, damaged, blank]: [number[], number[], number[]] = [[], [], []];
    const isMended = caught.take().some(saysDamage);
    // One page at a time: a hundred pages at once hold a hundred pages of glyphs.
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const proxy = await pdf.getPage(number).catch(() => undefined);
      const page = await (proxy && readPage(proxy))?.catch(() => undefined);
      // A page that can't be loaded stays one, so that those behind it keep their numbers.
      pages.push(page ?? { number, height: 0, lines: [], comments: [], untold: 0 });
      const ink = proxy && page?.lines.length === 0 ? await inkOf(proxy).catch(() => undefined) : "text";
      if (caught.take().some(saysDamage) || page === undefined || ink === undefined) damaged.push(number);
      else if (ink === "shown") pictured.push(number);
      else if (ink === "nothing") blank.push(number);
      proxy?.cleanup();
    }
    const letters = pages.some(({ lines }) => lines.some(({ text }) => /[\p{L}\p{N}]/u.test(text)));
    if (!letters && damaged.length > 0) return { unreadable: "the PDF is damaged, and no text is left of it" };
    if (!letters) return { unreadable: `the PDF has ${pdf.numPages} pages and no text layer (a scan?); run it through OCR first` };
    const untold = pages.filter((page) => page.untold > 0);
    const dropped = [
      ...(damaged.length > 0 ? [`what can't be read on page ${rangesOf(damaged)}, which is damaged`] : []),
      ...(pictured.length > 0 ? [`what is shown on page ${rangesOf(pictured)}, which has no text layer (a scan?)`] : []),
      ...(untold.length > 0
        ? [`${sumOf(untold)} characters on page ${rangesOf(untold.map(({ number }) => number))} whose glyphs say no text`]
        : []),
    ];
    const guessed = [
      ...(isMended ? ["what its pages are, since the file is damaged"] : []),
      ...(blank.length > 0 ? [`that page ${rangesOf(blank)} is blank, which holds nothing`] : []),
    ];
    return { ...composePages(pages, findFurniture(pages)), dropped, guessed };
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

/**
 * Ink of a page without text: something is `shown`, a picture or glyphs that no text is known of; it is `blank`; or it holds `nothing`, not even the
 * operators that a program writes on a blank page, as where its content is lost.
 */
async function inkOf(page: Awaited<ReturnType<Pdf["getPage"]>>): Promise<"shown" | "blank" | "nothing"> {
  const { OPS } = await getResolvedPDFJS();
  const { fnArray } = await page.getOperatorList();
  const inks = new Set([OPS.showText, OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject, OPS.constructPath]);
  if (fnArray.some((operator: number) => inks.has(operator))) return "shown";
  return fnArray.length === 0 ? "nothing" : "blank";
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
