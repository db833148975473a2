/** Kind of a file. */
export type Kind =
  | { readonly is: "pdf" | "docx" | "html" | "markdown" | "text"; readonly mediaType: string }
  | { readonly is: "unreadable"; readonly mediaType: string; readonly reason: string };

const signatures: readonly { readonly starts: readonly number[]; readonly mediaType: string; readonly what: string }[] = [
  { starts: [0x50, 0x4b, 0x03, 0x04], mediaType: "application/zip", what: "a ZIP archive or another office document than DOCX" },
  { starts: [0xd0, 0xcf, 0x11, 0xe0], mediaType: "application/x-ole-storage", what: "an old office document" },
  { starts: [0x89, 0x50, 0x4e, 0x47], mediaType: "image/png", what: "a picture (PNG)" },
  { starts: [0xff, 0xd8, 0xff], mediaType: "image/jpeg", what: "a picture (JPEG)" },
  { starts: [0x47, 0x49, 0x46, 0x38], mediaType: "image/gif", what: "a picture (GIF)" },
  { starts: [0x1f, 0x8b], mediaType: "application/gzip", what: "a gzip archive" },
];
const sniffedBytes = 8192;
const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/** Kind of a file by its bytes. The name decides only between Markdown and plain text, which are read alike. */
export function sniff(bytes: Uint8Array, name: string): Kind {
  const found = signatures.find(({ starts }) => starts.every((byte, at) => bytes[at] === byte));
  // An archive has the names of its files as they are.
  if (found?.mediaType === "application/zip" && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes("word/document.xml"))
    return { is: "docx", mediaType: docx };
  if (found) return unreadable(found.mediaType, `it is ${found.what}; give it as PDF, DOCX, HTML, Markdown or text`);
  const head = Buffer.from(bytes.subarray(0, sniffedBytes));
  const ascii = head.toString("latin1");
  // A header within the first 1024 bytes makes a PDF (ISO 32000-1, annex H, implementation note 13).
  if (ascii.slice(0, 1024).includes("%PDF-")) return { is: "pdf", mediaType: "application/pdf" };
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!wide && head.includes(0))
    return unreadable("application/octet-stream", "it is a binary file; give it as PDF, DOCX, HTML, Markdown or text");
  const text = wide ? new TextDecoder(bytes[0] === 0xff ? "utf-16le" : "utf-16be").decode(head) : ascii;
  if (looksLikeHtml(text)) return { is: "html", mediaType: "text/html" };
  return /\.(md|markdown|mdown)$/i.test(name) ? { is: "markdown", mediaType: "text/markdown" } : { is: "text", mediaType: "text/plain" };
}

/** True where a text starts as HTML does, after comments and declarations. Markdown that holds tags further down is Markdown. */
function looksLikeHtml(text: string): boolean {
  const start = text.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)?(?:\s|<!--[\s\S]*?-->|<\?xml[^>]*>)*/, "");
  return /^<(?:!doctype\s+html|html|head|body|title|meta|link|script|style)\b/i.test(start);
}

function unreadable(mediaType: string, reason: string): Kind {
  return { is: "unreadable", mediaType, reason };
}
