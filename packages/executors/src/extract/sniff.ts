import { utf16Of } from "./utf16.ts";
import { zipEntries } from "./zip.ts";

/** Kind of a file. */
export type Kind =
  | { readonly is: "pdf" | "docx" | "html" | "markdown" | "csv" | "mail" | "text"; readonly mediaType: string }
  | { readonly is: "unreadable"; readonly mediaType: string; readonly reason: string };

/** The kinds of documents that are read, for people. */
const readKinds = "PDF, DOCX, HTML, e-mail (.eml, .mbox), CSV, TSV, Markdown and text";

interface Known {
  readonly mediaType: string;
  readonly what: string;
  /** Form to give instead. */
  readonly instead?: string;
}

const office = "application/vnd.openxmlformats-officedocument";
const openDocument = "application/vnd.oasis.opendocument";
const asDocument = "save it as DOCX or PDF, and give that";
const asTable = "save each of its sheets as CSV, and give those";
const asSlides = "save it as PDF, and give that";

const signatures: readonly (Known & { readonly starts: string })[] = [
  { starts: "{\\rtf", mediaType: "application/rtf", what: "an RTF document", instead: asDocument },
  { starts: "%!PS", mediaType: "application/postscript", what: "a PostScript file", instead: asSlides },
  { starts: "-----BEGIN PGP MESSAGE", mediaType: "application/pgp-encrypted", what: "an encrypted message", instead: "decrypt it first" },
  { starts: "\x89PNG", mediaType: "image/png", what: "a picture (PNG)" },
  { starts: "\xff\xd8\xff", mediaType: "image/jpeg", what: "a picture (JPEG)" },
  { starts: "GIF8", mediaType: "image/gif", what: "a picture (GIF)" },
  { starts: "II*\0", mediaType: "image/tiff", what: "a picture (TIFF)" },
  { starts: "MM\0*", mediaType: "image/tiff", what: "a picture (TIFF)" },
  { starts: "AT&TFORM", mediaType: "image/vnd.djvu", what: "a DjVu document", instead: asSlides },
  { starts: "\x1f\x8b", mediaType: "application/gzip", what: "a gzip archive", instead: "unpack it, and give its files" },
  { starts: "BZh", mediaType: "application/x-bzip2", what: "a bzip2 archive", instead: "unpack it, and give its files" },
  { starts: "7z\xbc\xaf", mediaType: "application/x-7z-compressed", what: "a 7z archive", instead: "unpack it, and give its files" },
  { starts: "\xfd7zXZ", mediaType: "application/x-xz", what: "an xz archive", instead: "unpack it, and give its files" },
  { starts: "Rar!", mediaType: "application/vnd.rar", what: "a RAR archive", instead: "unpack it, and give its files" },
];

// Office documents, by a file that only each has, or by the word in its file `mimetype`.
const archives: readonly (Known & { readonly has: string })[] = [
  { has: "xl/workbook.xml", mediaType: `${office}.spreadsheetml.sheet`, what: "an Excel workbook (XLSX)", instead: asTable },
  { has: "xl/workbook.bin", mediaType: "application/vnd.ms-excel", what: "an Excel workbook (XLSB)", instead: asTable },
  { has: "ppt/presentation.xml", mediaType: `${office}.presentationml.presentation`, what: "PowerPoint slides (PPTX)", instead: asSlides },
  { has: `${openDocument}.text`, mediaType: `${openDocument}.text`, what: "an OpenDocument text (ODT)", instead: asDocument },
  { has: `${openDocument}.spreadsheet`, mediaType: `${openDocument}.spreadsheet`, what: "an OpenDocument table (ODS)", instead: asTable },
  { has: `${openDocument}.presentation`, mediaType: `${openDocument}.presentation`, what: "OpenDocument slides (ODP)", instead: asSlides },
  { has: "application/epub+zip", mediaType: "application/epub+zip", what: "a book (EPUB)", instead: "give its chapters as HTML or PDF" },
  { has: "Index/Document.iwa", mediaType: "application/vnd.apple.pages", what: "a Pages document", instead: asDocument },
];

// Names of the streams in the directory of an OLE file, which are UTF-16.
const oleFiles: readonly (Known & { readonly has: string })[] = [
  {
    has: "EncryptedPackage",
    mediaType: "application/x-ole-storage",
    what: "an office document with a password",
    instead: "save it without one",
  },
  { has: "WordDocument", mediaType: "application/msword", what: "an old Word document (DOC)", instead: asDocument },
  { has: "Workbook", mediaType: "application/vnd.ms-excel", what: "an old Excel workbook (XLS)", instead: asTable },
  { has: "PowerPoint Document", mediaType: "application/vnd.ms-powerpoint", what: "old PowerPoint slides (PPT)", instead: asSlides },
  { has: "__properties_version1.0", mediaType: "application/vnd.ms-outlook", what: "an Outlook message (MSG)", instead: "save it as .eml" },
];

const sniffedBytes = 8192;
// The header of a mail, with the stamps and signatures of each machine that it went through.
const mailBytes = 65_536;

/**
 * Kind of a file by its bytes: the one definition of what can be read, before an upload and at intake. The name decides only between texts:
 * Markdown, tables (`.csv`, `.tsv`), plain text.
 */
export function sniff(bytes: Uint8Array, name: string): Kind {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = file.subarray(0, sniffedBytes);
  const ascii = head.toString("latin1");
  if (ascii.startsWith("PK\u0003\u0004") || ascii.startsWith("PK\u0005\u0006")) return archiveKind(file);
  if (ascii.startsWith("\xd0\xcf\x11\xe0")) {
    const known = oleFiles.find(({ has }) => file.includes(Buffer.from(has, "utf16le")));
    return unreadable(known ?? { mediaType: "application/x-ole-storage", what: "an old office document", instead: asDocument });
  }
  // A text, by its bytes, may have a mark and blanks before it.
  const start = ascii.replace(/^\u00EF\u00BB\u00BF/, "").trimStart();
  const signature = signatures.find(({ starts }) => ascii.startsWith(starts) || start.startsWith(starts));
  if (signature) return unreadable(signature);
  // A header within the first 1024 bytes makes a PDF (ISO 32000-1, annex H, implementation note 13).
  if (ascii.slice(0, 1024).includes("%PDF-")) return { is: "pdf", mediaType: "application/pdf" };
  const wide = utf16Of(file);
  if (wide === undefined && head.includes(0)) return unreadable({ mediaType: "application/octet-stream", what: "a binary file" });
  if (wide !== undefined) return textKind(new TextDecoder(wide).decode(head), name);
  if (looksLikeMail(file.toString("latin1", 0, mailBytes))) return mail;
  return textKind(ascii.replace(/^\u00EF\u00BB\u00BF/, ""), name);
}

function archiveKind(file: Buffer): Kind {
  const entries = zipEntries(file);
  const names = new Set(entries.map((entry) => entry.name));
  // The directory of an archive that was cut off is lost; the names of its files stand before each of them too.
  // Some programs number the parts of a document from its first.
  const isDocx = entries.some((entry) => /^word\/document\d*\.xml$/.test(entry.name));
  if (isDocx || (entries.length === 0 && file.includes("word/document")))
    return { is: "docx", mediaType: `${office}.wordprocessingml.document` };
  // The file `mimetype` is the first, and not packed (OpenDocument 1.3, part 2, section 3.3; EPUB 3.3, section 4.2.2).
  const mimetype =
    file.toString("latin1", 30, 38) === "mimetype" ? /^[\w./+-]+?(?=PK|$)/.exec(file.toString("latin1", 38, 138))?.[0] : undefined;
  const known = archives.find(({ has }) => names.has(has) || mimetype === has);
  return unreadable(known ?? { mediaType: "application/zip", what: "a ZIP archive", instead: "unpack it, and give its files" });
}

function textKind(text: string, name: string): Kind {
  const start = withoutPreamble(text);
  // Markdown may begin with a tag too, and hold others: of a file of that name, and of XML, only what nothing other begins with is a page.
  const isMarkdown = /\.(?:md|markdown|mdown)$/i.test(name);
  const isXml = /^\s*<\?xml\b/.test(text);
  const isPage = /\.x?html?$/i.test(name) ? /<\/?[a-z][^<>]*>/i.test(start) : (isMarkdown || isXml ? pageStart : elementStart).test(start);
  if (isPage) return { is: "html", mediaType: "text/html" };
  if (isXml || /^<(?:svg|!DOCTYPE)\b/i.test(start))
    return unreadable({ mediaType: "application/xml", what: "an XML document that is no HTML" });
  if (/\.eml$/i.test(name)) return mail;
  if (/\.(?:csv|tsv|tab)$/i.test(name)) return { is: "csv", mediaType: /\.csv$/i.test(name) ? "text/csv" : "text/tab-separated-values" };
  return isMarkdown ? { is: "markdown", mediaType: "text/markdown" } : { is: "text", mediaType: "text/plain" };
}

const pageStart = /^<(?:!doctype\s+html|html|head|body|title|meta|link|script|style)\b/i;
// Elements that a part of a page begins with, as programs save it.
const elementStart =
  /^<(?:!doctype\s+html|(?:html|head|body|title|meta|link|script|style|article|aside|center|dl|div|font|footer|form|h[1-6]|header|main|nav|ol|p|pre|section|span|table|ul)(?:\s[^<>]*)?>)/i;

/** Text without the comments and declarations before its first element. Nothing follows in the pattern: else comments take exponential time. */
function withoutPreamble(text: string): string {
  return text.replace(/^\uFEFF?(?:\s|<!--[\s\S]*?-->|<\?xml[^>]*>)*/, "");
}

const mail: Kind = { is: "mail", mediaType: "message/rfc822" };
const field = /^([A-Za-z][A-Za-z0-9-]*):[ \t]?/;
const ofMail = new Set(
  "from to cc bcc subject date message-id mime-version received return-path delivered-to reply-to content-type x-mailer".split(" "),
);

/**
 * True where a text begins with the header of an e-mail (RFC 5322): fields alone, up to a blank line, four of them those of mail, one of them `From` or
 * `Received`. Of a `head` that may be cut off, the last line is not judged.
 */
function looksLikeMail(head: string): boolean {
  const found = new Set<string>();
  const lines = head.replace(/^From .*\r?\n/, "").split(/\r?\n/);
  for (const line of head.length < mailBytes ? lines : lines.slice(0, -1)) {
    if (line === "") break;
    if (/^[ \t]/.test(line) && found.size > 0) continue;
    const name = field.exec(line)?.[1]?.toLowerCase();
    if (name === undefined) return false;
    if (ofMail.has(name)) found.add(name);
  }
  return found.size >= 4 && (found.has("from") || found.has("received"));
}

function unreadable({ mediaType, what, instead }: Known): Kind {
  return { is: "unreadable", mediaType, reason: `it is ${what}; ${instead ?? `these are read: ${readKinds}`}` };
}
