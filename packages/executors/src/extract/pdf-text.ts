import { getDocumentProxy } from "unpdf";
import { cleanPages } from "./clean-pages.ts";

/** The text of a PDF, its pages parted by form feeds; or why there is none. */
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
