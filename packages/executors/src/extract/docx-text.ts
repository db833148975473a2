import mammoth from "mammoth";
import { type LeftOut, rewriteDocx } from "./docx-rewrite.ts";
import { readDocxStyles } from "./docx-styles.ts";
import { htmlToText } from "./html-text.ts";
import type { Reading, TextBlock } from "./reading.ts";
import { unzip, type ZipEntry, zipEntries } from "./zip.ts";

/** Bytes that a document may unpack to, and one of its parts. What a part says of itself is not believed. */
const maxUnpacked = 64 * 1024 * 1024;
const maxEdge = 4 * 1024 * 1024;

/** Files of a document, as mammoth reads them. */
interface Parts {
  exists(name: string): boolean;
  read(name: string, encoding?: string): Promise<string | Uint8Array>;
}

/**
 * Text of a DOCX, as that of an HTML page, with its notes and comments; the heads and feet of its pages come last. Left out, and said, are pictures, what is
 * hidden or struck, and what tracked changes delete. Nothing outside of it is read, and no macro is run.
 */
export async function docxToText(bytes: Uint8Array): Promise<Reading> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = zipEntries(buffer);
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > maxUnpacked) return { unreadable: `the DOCX unpacks to ${size} bytes, and at most ${maxUnpacked} are read` };
  try {
    const left: LeftOut = { deleted: 0, embedded: 0 };
    const convertImage = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
    const styles = readDocxStyles(textOfPart(buffer, entries, "word/styles.xml"));
    const styleMap = ["comment-reference => sup", ...styles.map];
    const file = partsOf(buffer, entries, (xml) => rewriteDocx(xml, left, styles.gone));
    // mammoth takes the files of a document too, which its types do not say.
    const input = { file } as unknown as Parameters<typeof mammoth.convertToHtml>[0];
    const { value } = await mammoth.convertToHtml(input, { convertImage, styleMap, externalFileAccess: false });
    const { text, blocks = [], dropped = [] } = htmlToText(value);
    const edges = edgesOf(buffer, entries, (xml) => rewriteDocx(xml, left, styles.gone));
    const from = text.length + 1;
    const all = edges === "" ? text : `${text}\n${edges}\n`;
    const edgeBlocks: TextBlock[] = edges === "" ? [] : [{ from, to: all.length, kind: "furniture" }];
    const said = [
      ...dropped.map((one) => one.replace(/^struck text/, "struck and hidden text")),
      ...(left.deleted > 0 ? [`text that tracked changes delete: ${left.deleted} characters`] : []),
      ...(left.embedded > 0 ? [`charts, diagrams and embedded documents: ${left.embedded}`] : []),
    ];
    return { text: all, blocks: [...blocks, ...edgeBlocks], dropped: said };
  } catch (error) {
    return { unreadable: `the DOCX can't be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Text of a part; empty where there is none. */
function textOfPart(zip: Buffer, entries: readonly ZipEntry[], name: string): string {
  const entry = entries.find((one) => one.name === name);
  return entry === undefined ? "" : (unzip(zip, entry, maxEdge)?.toString("utf8") ?? "");
}

function partsOf(zip: Buffer, entries: readonly ZipEntry[], rewrite: (xml: string) => string): Parts {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    exists: (name) => byName.has(name),
    async read(name, encoding) {
      const entry = byName.get(name);
      const content = entry && unzip(zip, entry, maxUnpacked);
      if (content === undefined) throw new Error(`its part ${name} is missing, damaged or too large`);
      if (encoding === "base64") return content.toString("base64");
      if (encoding === undefined) return content;
      const text = content.toString("utf8");
      // Styles, numbering and settings hold no text.
      return /^word\/(?!styles|numbering|settings|theme|fontTable)[^/]+\.xml$/.test(name) ? rewrite(text) : text;
    },
  };
}

/** Heads and feet of the pages, each once. */
function edgesOf(zip: Buffer, entries: readonly ZipEntry[], rewrite: (xml: string) => string): string {
  const parts = entries.filter(({ name }) => /^word\/(?:header|footer)\d*\.xml$/.test(name));
  const lines = parts.flatMap((entry) => {
    const content = unzip(zip, entry, maxEdge);
    if (content === undefined) throw new Error(`its part ${entry.name} is damaged or too large`);
    return rewrite(content.toString("utf8")).split("</w:p>").map(textOfRuns);
  });
  return [...new Set(lines.filter((line) => line !== ""))].join("\n");
}

function textOfRuns(xml: string): string {
  const text = [...xml.matchAll(/<w:t(?:\s[^>]*)?>([^<]*)</g)].map(([, run = ""]) => run).join("");
  return text
    .replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" })[name] ?? "")
    .trim();
}
