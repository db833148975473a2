import { crc32, inflateRawSync } from "node:zlib";

/** File of an archive, as its central directory says it (PKWARE's APPNOTE, sections 4.3.12 and 4.3.16). */
export interface ZipEntry {
  readonly name: string;
  /** Bytes that it unpacks to, by its own word. */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  /** CRC-32 of its content. */
  readonly crc: number;
  readonly offset: number;
}

/** Files of an archive; empty where it has no central directory. */
export function zipEntries(zip: Buffer): readonly ZipEntry[] {
  const end = zip.lastIndexOf("PK\u0005\u0006");
  if (end < 0 || end + 22 > zip.length) return [];
  const entries: ZipEntry[] = [];
  for (let at = zip.readUInt32LE(end + 16); at + 46 <= end && zip.readUInt32LE(at) === 0x02_01_4b_50;) {
    const length = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString("utf8", at + 46, at + 46 + length),
      size: zip.readUInt32LE(at + 24),
      packed: zip.readUInt32LE(at + 20),
      method: zip.readUInt16LE(at + 10),
      crc: zip.readUInt32LE(at + 16),
      offset: zip.readUInt32LE(at + 42),
    });
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/** Content of a file of an archive, of at most `most` bytes; undefined where it can't be unpacked to that, or is damaged. */
export function unzip(zip: Buffer, { offset, packed, method, crc }: ZipEntry, most: number): Buffer | undefined {
  if (offset + 30 > zip.length) return undefined;
  const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  const bytes = zip.subarray(start, start + packed);
  try {
    const content = method === 0 ? bytes : method === 8 ? inflateRawSync(bytes, { maxOutputLength: most }) : undefined;
    return content !== undefined && content.length <= most && crc32(content) === crc ? content : undefined;
  } catch {
    return undefined;
  }
}
