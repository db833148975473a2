import type { ExtractedSource } from "@tasuki/protocol";
import { htmlToText } from "./html-text.ts";
import { type Reading, toSourceBlocks } from "./reading.ts";
import { type Kind, sniff } from "./sniff.ts";

export type Extraction =
  | (Pick<ExtractedSource, "blocks" | "dropped" | "guessed"> & {
      readonly mediaType: string;
      readonly extractor: string;
      readonly text: string;
    })
  | { readonly mediaType: string; readonly unreadable: string };

// The version is raised whenever another text comes out of the same bytes, by our doing or a library's.
const version = 2;

/** Extracts the text of one raw source. Rejects only for what no file may do to it, such as running out of memory. */
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
    const extractor = `tasuki-${kind.is}/${version} icu/${process.versions["icu"] ?? "none"}`;
    const blocks = toSourceBlocks(text, found.blocks ?? []);
    const { dropped = [], guessed = [] } = found;
    return {
      mediaType,
      extractor,
      text,
      ...(blocks.length > 0 && { blocks }),
      ...(dropped.length > 0 && { dropped: [...dropped] }),
      ...(guessed.length > 0 && { guessed: [...guessed] }),
    };
  } catch (error) {
    return { mediaType: kind.mediaType, unreadable: `it can't be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function read(kind: Exclude<Kind, { is: "unreadable" }>, bytes: Uint8Array): Promise<Reading> {
  switch (kind.is) {
    case "markdown":
    case "text":
      return { text: decodeText(bytes) };
    case "html":
      return { text: htmlToText(decodeText(bytes, declaredEncoding(bytes))) };
    case "pdf":
      // pdf.js is 1.5 MB of script, so it is loaded only where there is a PDF.
      return (await import("./pdf-text.ts")).readPdf(bytes);
    case "docx":
      return (await import("./docx-text.ts")).docxToText(bytes);
  }
}

/**
 * Text of a file: by its byte order mark, else as UTF-8, else in the `declared` encoding, else as windows-1252, which gives every byte a
 * character. Line ends stay as they are, and so does the mark of UTF-8: such a text is its file, byte for byte. Source: WHATWG Encoding
 * Standard.
 */
function decodeText(bytes: Uint8Array, declared?: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return (declared === undefined ? undefined : tryDecode(bytes, declared)) ?? new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Encoding that an HTML page declares in its first 1024 bytes. */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ?? /<\?xml[^>]+encoding\s*=\s*["']([\w-]+)/i.exec(head)?.[1];
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
