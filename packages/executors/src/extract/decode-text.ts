/**
 * The text of a file: by its byte order mark, else as UTF-8, else in the encoding that the file names, else as windows-1252, which gives
 * every byte a character. Line ends stay as they are, and so does the mark of UTF-8: such a text is its file, byte for byte. Source: WHATWG
 * Encoding Standard.
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return (declared === undefined ? undefined : tryDecode(bytes, declared)) ?? new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The encoding that an HTML page names in its first 1024 bytes. */
export function declaredEncoding(bytes: Uint8Array): string | undefined {
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
