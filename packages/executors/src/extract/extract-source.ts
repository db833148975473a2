import type { ExtractedSource } from "@tasuki/protocol";
import { csvToText } from "./csv-text.ts";
import { declaredEncoding, type Decoded, decodeText } from "./decode.ts";
import { htmlToText } from "./html-text.ts";
import { markdownToText } from "./markdown-text.ts";
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
const version = 6;

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
    case "text":
      return decodeText(bytes);
    case "markdown":
      return withText(await decodeText(bytes), markdownToText);
    case "csv":
      return withText(await decodeText(bytes), csvToText);
    case "html":
      return withText(await decodeText(bytes, declaredEncoding(bytes)), htmlToText);
    // Libraries of some kinds take long to load, so they are loaded only where there is such a document.
    case "pdf":
      return (await import("./pdf-text.ts")).pdfToText(bytes);
    case "docx":
      return (await import("./docx-text.ts")).docxToText(bytes);
    case "mail":
      return (await import("./mailbox-text.ts")).mailboxToText(bytes);
  }
}

/** Reading of a decoded text, with what its decoding guessed and lost. */
function withText(decoded: Decoded, read: (text: string) => Reading): Reading {
  if ("unreadable" in decoded) return decoded;
  const found = read(decoded.text);
  if ("unreadable" in found) return found;
  const { dropped = [], guessed = [] } = found;
  return { ...found, dropped: [...(decoded.dropped ?? []), ...dropped], guessed: [...(decoded.guessed ?? []), ...guessed] };
}
