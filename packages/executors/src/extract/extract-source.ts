import { decodeText, declaredEncoding } from "./decode-text.ts";
import { htmlToText } from "./html-text.ts";
import { type Kind, sniff } from "./sniff.ts";

export type Extraction =
  | { readonly mediaType: string; readonly extractor: string; readonly text: string }
  | { readonly mediaType: string; readonly unreadable: string };

// Raised whenever the text that comes out of the same bytes changes, by our doing or a library's.
const version = 1;

/** The text of one raw source. Rejects only for what no file may do to it, such as running out of memory. */
export async function extractSource(bytes: Uint8Array, name: string): Promise<Extraction> {
  const kind = sniff(bytes, name);
  if (kind.is === "unreadable") return { mediaType: kind.mediaType, unreadable: kind.reason };
  try {
    const found = await read(kind, bytes);
    const { mediaType } = kind;
    if ("unreadable" in found) return { mediaType, unreadable: found.unreadable };
    // A lone surrogate has no UTF-8 form, and would become something else when written.
    const text = found.text.toWellFormed();
    if (text.trim() === "") return { mediaType, unreadable: "there is no text in it" };
    return { mediaType, extractor: `tasuki-${kind.is}/${version} icu/${process.versions["icu"] ?? "none"}`, text };
  } catch (error) {
    return { mediaType: kind.mediaType, unreadable: `it can't be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function read(kind: Exclude<Kind, { is: "unreadable" }>, bytes: Uint8Array): Promise<{ text: string } | { unreadable: string }> {
  switch (kind.is) {
    case "markdown":
    case "text":
      return { text: decodeText(bytes) };
    case "html":
      return { text: htmlToText(decodeText(bytes, declaredEncoding(bytes))) };
    case "pdf":
      // Loaded only where there is a PDF: pdf.js is 1.5 MB of script.
      return (await import("./pdf-text.ts")).pdfToText(bytes);
  }
}
