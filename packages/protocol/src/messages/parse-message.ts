import type { z } from "zod";
import { gotAt } from "./got-at.ts";
import { type ProblemCode, TasukiError, type Unmet } from "./problem.ts";

// Decoder that keeps a byte order mark: quotations are byte ranges of their file, and JSON has no such mark (RFC 8259, section 8.1).
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes, with its byte order mark if there is one. Throws a `TypeError` where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

const marks = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/**
 * The text of a file that a person wrote: its byte order mark tells the encoding and is left out; without one it is UTF-8. Throws a `TypeError`
 * where the bytes are no such text. Source: WHATWG Encoding, "BOM sniff".
 */
export function decodeMarked(bytes: Uint8Array): string {
  const mark = marks.find((one) => one.bytes.every((byte, at) => bytes[at] === byte));
  return new TextDecoder(mark?.encoding ?? "utf-8", { fatal: true }).decode(bytes);
}

/** Text without the byte order mark that it may begin with. */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Values in a message: eight for each of 2,048 attachments. */
const mostValues = 16_384;
/** Depth of arrays and objects in a message. */
const deepest = 64;

const [quote, backslash] = [0x22, 0x5c];
const [comma, openArray, closeArray, openObject, closeObject] = new TextEncoder().encode(",[]{}");

/**
 * Refuses JSON of too many values, or too deep, before it is parsed: each takes far more time and memory to parse and to judge than its byte or
 * two on the wire. Bytes that are no JSON pass, for the parser to refuse. Throws `malformed_message`.
 */
export function checkShape(bytes: Uint8Array, place: string): void {
  let values = 1;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === openArray || byte === openObject) {
      depth += 1;
      values += 1;
    } else if (byte === closeArray || byte === closeObject) depth -= 1;
    else if (byte === comma) values += 1;
    if (depth > deepest || values > mostValues)
      throw new TasukiError(
        "malformed_message",
        `The ${place} has more than ${mostValues} values, or more than ${deepest} within each other.`,
      );
  }
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(quote, start + 1); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let before = at - 1;
    while (bytes[before] === backslash) before -= 1;
    // An odd number of backslashes escapes the quote after them.
    if ((at - before) % 2 === 1) return at;
  }
  return bytes.length;
}

/** Parses JSON in UTF-8. `place` names it for people: `body`, `receipt`. Throws `malformed_message`. */
export function parseJson(bytes: Uint8Array, place: string): unknown {
  checkShape(bytes, place);
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw new TasukiError("malformed_message", `The ${place} is not JSON in UTF-8.`, { cause });
  }
}

/** Parses JSON in UTF-8, and reads it by a schema. Throws `malformed_message`, with every fault in `unmet`. */
export function parseMessage<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema, place: string): z.output<Schema> {
  const message = parseJson(bytes, place);
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  throw toInputError("malformed_message", { place, error: result.error, value: message });
}

interface Refused {
  /** Name of the value, for people: `query`, `message`, `receipt`. */
  readonly place: string;
  readonly value: unknown;
  readonly error: z.core.$ZodError;
}

/** The error for a value that a schema refused, with a line for each fault, 20 at most. */
export function toInputError(code: ProblemCode, { place, error, value }: Refused): TasukiError {
  const unmet = error.issues.slice(0, 20).map((issue): Unmet => {
    const path = issue.path.map(String).join(".");
    return {
      file: place,
      ...(path !== "" && { path }),
      expected: toExpected(issue),
      got: gotAt(value, issue.path),
      fix: `mend '${path === "" ? place : path}' and send it again`,
    };
  });
  const first = unmet[0];
  return new TasukiError(code, `The ${place} is not as it must be${first ? `: ${first.path ?? place}: expected ${first.expected}` : ""}.`, {
    unmet,
  });
}

/** The words for `expected` out of a schema's message: "number", where the library has "Invalid input: expected number, received string". */
export function toExpected(issue: z.core.$ZodIssue): string {
  // The issue within says what a key must be.
  const [ofKey] = issue.code === "invalid_key" ? issue.issues : [];
  return (ofKey ?? issue).message
    .replace(/^[A-Z][a-z]+ [a-z]+: expected (.*?)(?:, received .*)?$/s, "$1")
    .replace(/^Invalid (?=\S)/, "a valid ")
    .replace(/^Unrecognized keys?: /, "no key ");
}
