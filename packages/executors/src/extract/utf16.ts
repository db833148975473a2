export type Utf16 = "utf-16le" | "utf-16be";

/** Characters that texts have not: controls, private ones, those that nobody has assigned, and what stands for bytes that are none. */
export const strangers = /[[\p{Cc}\p{Co}\p{Cn}\uFFFD]--[\t\n\v\f\r\u0085]]/v;

const judgedBytes = 65_536;

/**
 * Byte order of a text in UTF-16: by its mark, or where it has none, by its bytes: it holds NUL, which no other encoding of text does, and one of the
 * orders, and only one, gives characters that texts are made of. Undefined where it is no UTF-16.
 */
export function utf16Of(bytes: Uint8Array): Utf16 | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes[2] === 0 && bytes[3] === 0 ? undefined : "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes.length < 4 || bytes.length % 2 === 1) return undefined;
  const head = bytes.subarray(0, judgedBytes);
  if (!head.includes(0)) return undefined;
  const orders = (["utf-16le", "utf-16be"] as const).filter((order) => isText(decode(head, order)));
  if (orders.length < 2) return orders[0];
  // Both give letters, which happens to a few CJK characters: the right order has the line ends and blanks that the other reads as rarities.
  const [little, big] = orders.map((order) => decode(head, order).match(/[\s\u3001\u3002!-~]/g)?.length ?? 0);
  if (little === big) return undefined;
  return (little ?? 0) > (big ?? 0) ? "utf-16le" : "utf-16be";
}

function decode(bytes: Uint8Array, order: Utf16): string {
  return new TextDecoder(order).decode(bytes);
}

/** True for a text without what texts have not: controls, characters that nobody has assigned, private ones; and half of whose characters are common. */
function isText(text: string): boolean {
  const whole = text.replace(/\uFFFD$/, "");
  if (strangers.test(whole)) return false;
  const common = whole.match(
    /[\t\n\r\f -~\u3000-\u30FF\u4E00-\u9FFF\uAC00-\uD7AF\uFF00-\uFFEF]|\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/gu,
  );
  return (common?.length ?? 0) >= whole.length / 2;
}
