import { getDocumentProxy } from "unpdf";

/** Text of a PDF, its pages parted by form feeds; or the reason why there is none. */
export async function pdfToText(bytes: Uint8Array): Promise<{ readonly text: string } | { readonly unreadable: string }> {
  let pdf: Awaited<ReturnType<typeof getDocumentProxy>>;
  try {
    // `verbosity: 0` is errors only. A copy, since pdf.js detaches the buffer that it is given.
    pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (error) {
    return { unreadable: reasonOf(error) };
  }
  try {
    const pages: string[] = [];
    // One page at a time: a hundred pages at once hold a hundred pages of glyphs.
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join(""));
      page.cleanup();
    }
    const letters = pages.join("").replaceAll(/[^\p{L}\p{N}]/gu, "").length;
    if (letters === 0) return { unreadable: `the PDF has ${pdf.numPages} pages and no text layer (a scan?); run it through OCR first` };
    return { text: `${cleanPages(pages).join("\n\f\n")}\n` };
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
 * Cleans pages: lines that recur on more than 30 % of them (headers and footers, whatever their numbers) and dot leaders go, words that are
 * broken at a line's end are joined, and lines that look like numbered headings are marked as headings.
 */
function cleanPages(pages: readonly string[]): string[] {
  const lines = pages.map((page) => page.split("\n").map((line) => line.replaceAll(/[ \t\u00A0]+/g, " ").trim()));
  const recurring = recurringLines(lines);
  return lines.map((page) =>
    joinBrokenWords(
      page
        .filter((line) => !recurring.has(shapeOf(line)) && !/\.{5,}|(?:\. ){5,}/.test(line))
        .map(markHeading)
        .join("\n"),
    )
      .replaceAll(/\n{3,}/g, "\n\n")
      .trim(),
  );
}

/** Shapes of the lines that stand on more than 30 % of the pages, and on three at least. */
function recurringLines(pages: readonly (readonly string[])[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const page of pages) for (const shape of new Set(page.map(shapeOf))) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  const least = Math.max(3, pages.length * 0.3 + Number.EPSILON);
  return new Set([...counts].filter(([shape, count]) => shape !== "" && count >= least).map(([shape]) => shape));
}

/** Shape of a line: the line with all numbers made alike. */
function shapeOf(line: string): string {
  return line.replaceAll(/[0-9]+/g, "#");
}

function joinBrokenWords(text: string): string {
  return text.replaceAll(/([a-z])[-\u00AD]\n([a-z])/g, "$1$2");
}

/** Marks a line such as `3.2 Leases and fences` as a heading, where it is short and isn't a sentence. Its depth is that of its number. */
function markHeading(line: string): string {
  const number = /^(\d{1,3}(?:\.\d{1,3})*)\.?\s+[A-Z]/.exec(line)?.[1];
  if (number === undefined || line.split(" ").length >= 16 || /[.;:,]$/.test(line)) return line;
  return `\n${"#".repeat(Math.min(6, number.split(".").length + 1))} ${line}\n`;
}
