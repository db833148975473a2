import mammoth from "mammoth";
import { htmlToText } from "./html-text.ts";
import type { Reading, TextBlock } from "./reading.ts";
import { unzip, type ZipEntry, zipEntries } from "./zip.ts";

/** Bytes that a document may unpack to. A document that lies about that is stopped by the limits of the process. */
const maxUnpacked = 64 * 1024 * 1024;
const maxPart = 4 * 1024 * 1024;

/**
 * Text of a DOCX, as that of an HTML page, with its notes and comments; the heads and feet of its pages come last. Pictures and what tracked changes
 * delete are left out and said. Nothing outside of it is read, and no macro is run.
 */
export async function docxToText(bytes: Uint8Array): Promise<Reading> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = zipEntries(buffer);
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > maxUnpacked) return { unreadable: `the DOCX unpacks to ${size} bytes, and at most ${maxUnpacked} are read` };
  try {
    const convertImage = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
    const styleMap = ["comment-reference => sup"];
    const { value } = await mammoth.convertToHtml({ buffer }, { convertImage, styleMap, externalFileAccess: false });
    const { text, blocks = [], dropped = [] } = htmlToText(value);
    const edges = edgesOf(buffer, entries);
    const from = text.length + 1;
    const all = edges === "" ? text : `${text}\n${edges}\n`;
    const edgeBlocks: TextBlock[] = edges === "" ? [] : [{ from, to: all.length, kind: "furniture" }];
    return { text: all, blocks: [...blocks, ...edgeBlocks], dropped: [...dropped, ...deletedIn(buffer, entries)] };
  } catch (error) {
    return { unreadable: `the DOCX can't be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Heads and feet of the pages, each once. */
function edgesOf(zip: Buffer, entries: readonly ZipEntry[]): string {
  const parts = entries.filter(({ name }) => /^word\/(?:header|footer)\d*\.xml$/.test(name));
  const lines = parts.flatMap((entry) => (unzip(zip, entry, maxPart)?.toString("utf8") ?? "").split("</w:p>").map(textOfRuns));
  return [...new Set(lines.filter((line) => line !== ""))].join("\n");
}

/** Text that tracked changes delete: it stands in the document, and its reader sees it struck. */
function deletedIn(zip: Buffer, entries: readonly ZipEntry[]): string[] {
  const main = entries.find(({ name }) => name === "word/document.xml");
  const xml = (main && unzip(zip, main, maxUnpacked)?.toString("utf8")) ?? "";
  const characters = [...xml.matchAll(/<w:delText[^>]*>([^<]*)</g)].reduce((sum, [, text = ""]) => sum + text.length, 0);
  return characters === 0 ? [] : [`text that tracked changes delete: ${characters} characters`];
}

function textOfRuns(xml: string): string {
  const text = [...xml.matchAll(/<w:t(?:\s[^>]*)?>([^<]*)</g)].map(([, run = ""]) => run).join("");
  return text
    .replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" })[name] ?? "")
    .trim();
}
