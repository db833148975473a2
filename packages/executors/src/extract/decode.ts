import { strangers, utf16Of } from "./utf16.ts";

/** Text of a file's bytes, and what was guessed or lost in decoding them; or the reason why there is none. */
export type Decoded =
  | { readonly text: string; readonly guessed?: readonly string[]; readonly dropped?: readonly string[] }
  | { readonly unreadable: string };

const judgedBytes = 65_536;
// Encodings whose rules most bytes of another one break, so that a text which keeps them is of it.
const multibyte = new Set(["shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"]);
const leastMultibyte = 16;
// Labels by the detector's names that the WHATWG Encoding Standard has not, and by those of encodings that are a part of another one.
const labels: Readonly<Record<string, string>> = {
  cp932: "shift_jis",
  cp949: "euc-kr",
  gb2312: "gb18030",
  gbk: "gb18030",
  "iso8859-15": "iso-8859-15",
  "iso8859-16": "iso-8859-16",
  maccyrillic: "x-mac-cyrillic",
  cp874: "windows-874",
  cp866: "ibm866",
};

/**
 * Decodes a file by evidence: its mark; UTF-16 by its bytes; the escapes of ISO-2022-JP; being UTF-8; the encoding that it `declared` and keeps; and
 * last what its bytes look like, which is a guess, and said, unless they keep the rules of an encoding that few other bytes do. Line ends stay, and so does
 * the mark of UTF-8: such a text is its file, byte for byte. Source: WHATWG Encoding Standard.
 */
export async function decodeText(bytes: Uint8Array, declared?: string): Promise<Decoded> {
  const wide = utf16Of(bytes);
  if (wide !== undefined) return withLosses(new TextDecoder(wide).decode(bytes), wide);
  const head = Buffer.from(bytes.subarray(0, judgedBytes)).toString("latin1");
  if (head.includes("\u001b$")) {
    const escaped = tryDecode(bytes, "iso-2022-jp");
    if (escaped !== undefined) return { text: escaped };
    // Read as letters, the bytes of the Korean and the Chinese ones would be a text of nonsense.
  }
  const letters = lettersOf(head);
  if (letters !== undefined) return { unreadable: `its encoding is ${letters}, which is not read; save it as UTF-8` };
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const wrong = count(utf8, "\uFFFD") - countBytes(bytes);
  if (wrong === 0) return { text: utf8 };
  // Some bytes of a UTF-8 text are wrong: the rest of it is right.
  const right = utf8.match(/[^\0-\x7F\uFFFD]/gu)?.length ?? 0;
  if (right >= wrong * 2) return { text: utf8, dropped: [`characters that are no UTF-8: ${wrong}`] };
  const label = declared === undefined ? undefined : toLabel(declared);
  const kept = label === undefined ? undefined : tryDecode(bytes, label);
  if (kept !== undefined && label !== undefined && multibyte.has(label)) return { text: kept };
  // Every byte is a character of a single-byte encoding, so that keeping it proves nothing: the bytes may look like another one.
  return (
    (await guess(bytes, label)) ??
    (kept === undefined ? unknown(declared) : { text: kept, guessed: [`its encoding, taken for ${label}, which it declares`] })
  );
}

/**
 * Encoding that writes all characters in letters of ASCII and is not read: taken for ASCII, it would be a text of nonsense. Its pieces stand between marks:
 * pairs of GB 2312 (HZ, RFC 1843), or UTF-16 in Base64 (UTF-7, RFC 2152). Undefined where it is none.
 */
function lettersOf(head: string): string | undefined {
  if (head.includes("\u001b$)")) return "ISO-2022-KR or ISO-2022-CN";
  if (/[\x80-\xFF]/.test(head)) return undefined;
  const pairs = [...head.matchAll(/~\{((?:[!-w][!-~]){1,200})~\}/g)].map(([, piece = ""]) => piece);
  // One or two of them may be what a text is about.
  if (pairs.length > 0 && pairs.every(isChinese) && pairs.join("").length * 5 > head.replaceAll(/\s/g, "").length) return "HZ";
  const pieces = [...head.matchAll(/\+([A-Za-z0-9+/]{3,400})-/g)].map(([, piece = ""]) => piece);
  return pieces.length > 1 && pieces.every(isUtf16) ? "UTF-7" : undefined;
}

function isChinese(pairs: string): boolean {
  const bytes = Buffer.from(pairs, "latin1").map((byte) => byte | 0x80);
  return /^[\p{sc=Han}\p{P}\p{N}\p{L}\p{Zs}]+$/u.test(new TextDecoder("gb18030").decode(bytes));
}

/** True for UTF-16 in Base64, without padding, of characters that texts have and ASCII has not. */
function isUtf16(piece: string): boolean {
  const bytes = Buffer.from(piece, "base64");
  const units = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const text = new TextDecoder("utf-16be").decode(units);
  return units.toString("base64").replace(/=+$/, "") === piece && /[^\0-\x7F]/.test(text) && !isBroken(text);
}

function unknown(declared: string | undefined): Decoded {
  const said = declared === undefined ? "" : `, nor ${declared}, which it declares`;
  return { unreadable: `its encoding is not known: it is not UTF-8${said}; save it as UTF-8` };
}

async function guess(bytes: Uint8Array, declared: string | undefined): Promise<Decoded | undefined> {
  // The detector is loaded only where there is something to detect.
  const { chardet } = await import("jschardet");
  const head = bytes.subarray(0, judgedBytes);
  // Tags say nothing of the encoding, but for the declaration, which the detector would believe.
  const bare =
    declared === undefined
      ? head
      : Buffer.from(
          Buffer.from(head)
            .toString("latin1")
            .replaceAll(/<[^<>]*>/g, " "),
          "latin1",
        );
  const found = chardet
    .detectAll(bare, { ignoreThreshold: true })
    .flatMap(({ encoding }) => (encoding === null ? [] : (toLabel(encoding) ?? [])));
  const looks = found.filter((label) => label !== "utf-8").find((label) => readsAs(head, label) !== undefined);
  if (declared !== undefined && (looks === undefined || !multibyte.has(looks))) {
    const kept = tryDecode(bytes, declared);
    if (kept !== undefined && !isBroken(kept)) return { text: kept };
  }
  if (looks === undefined) return undefined;
  const text = new TextDecoder(looks).decode(bytes);
  const strong = multibyte.has(looks) && (text.match(/[^\0-\x7F\uFFFD]/gu)?.length ?? 0) >= leastMultibyte;
  const decoded = withLosses(text, looks);
  return strong ? decoded : { ...decoded, guessed: [`its encoding, taken for ${looks}`] };
}

/** Text of a file's head in an encoding, if it makes a text there, but for some few characters of a multi-byte encoding. */
function readsAs(head: Uint8Array, label: string): string | undefined {
  let text: string;
  try {
    // The last character may be cut off.
    text = new TextDecoder(label).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  const wrong = count(text, "\uFFFD");
  const high = text.match(/[^\0-\x7F]/gu)?.length ?? 0;
  return isBroken(text.replaceAll("\uFFFD", "")) || wrong * 20 > (multibyte.has(label) ? high : 0) ? undefined : text;
}

/** True for a text with controls or unassigned characters, as wrong decodings have them. */
function isBroken(text: string): boolean {
  return strangers.test(text);
}

function withLosses(text: string, label: string): { text: string; dropped?: readonly string[] } {
  const wrong = count(text, "\uFFFD");
  return wrong === 0 ? { text } : { text, dropped: [`characters that are no ${label}: ${wrong}`] };
}

/** The replacement characters that a UTF-8 file has of its own. */
function countBytes(bytes: Uint8Array): number {
  return count(Buffer.from(bytes).toString("latin1"), "\u00EF\u00BF\u00BD");
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Label of an encoding in the WHATWG Encoding Standard; undefined where it has none. */
function toLabel(name: string): string | undefined {
  const lower = name.toLowerCase();
  try {
    return new TextDecoder(labels[lower] ?? lower).encoding;
  } catch {
    return undefined;
  }
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Encoding that an HTML page declares in its first 1024 bytes. */
export function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ?? /<\?xml[^>]+encoding\s*=\s*["']([\w-]+)/i.exec(head)?.[1];
}
