import mammoth from "mammoth";
import { htmlToText } from "./html-text.ts";

/** Bytes that a document may unpack to. A document that lies about that is stopped by the limits of the process. */
const maxUnpacked = 64 * 1024 * 1024;

/** Text of a DOCX, as that of an HTML page; or the reason why there is none. Pictures are left out, and nothing outside of it is read. */
export async function docxToText(bytes: Uint8Array): Promise<{ readonly text: string } | { readonly unreadable: string }> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = unpackedSize(buffer);
  if (size > maxUnpacked) return { unreadable: `the DOCX unpacks to ${size} bytes, and at most ${maxUnpacked} are read` };
  try {
    const convertImage = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
    const { value } = await mammoth.convertToHtml({ buffer }, { convertImage, externalFileAccess: false });
    // A cell of one paragraph is one of its row.
    return { text: htmlToText(value.replaceAll(/(<t[dh][^>]*>)<p>|<\/p>(<\/t[dh]>)/g, "$1$2")) };
  } catch (error) {
    return { unreadable: `the DOCX can't be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Bytes that the files of an archive have by its central directory (PKWARE's APPNOTE, sections 4.3.12 and 4.3.16); 0 where it has none. */
function unpackedSize(zip: Buffer): number {
  const end = zip.lastIndexOf("PK\u0005\u0006");
  if (end < 0 || end + 22 > zip.length) return 0;
  let size = 0;
  for (let at = zip.readUInt32LE(end + 16); at + 46 <= end && zip.readUInt32LE(at) === 0x02_01_4b_50;) {
    size += zip.readUInt32LE(at + 24);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return size;
}
