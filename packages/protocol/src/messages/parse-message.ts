import type { z } from "zod";
import { type ProblemCode, TasukiError, type Unmet } from "./problem.ts";

// Decoder that keeps a byte order mark: quotations are byte ranges of their file, and JSON has no such mark (RFC 8259, section 8.1).
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes, with its byte order mark if there is one. Throws a `TypeError` where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Parses JSON in UTF-8. `place` names it for people: `body`, `receipt`. Throws `malformed_message`. */
export function parseJson(bytes: Uint8Array, place: string): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw new TasukiError("malformed_message", `The ${place} is not JSON in UTF-8.`, { cause });
  }
}

/** Parses JSON in UTF-8, and reads it by a schema. Throws `malformed_message`, with every fault in `unmet`. */
export function parseMessage<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema, place: string): z.output<Schema> {
  const result = schema.safeParse(parseJson(bytes, place));
  if (result.success) return result.data;
  throw toInputError("malformed_message", place, result.error);
}

/** The error for a value that a schema refused, with a line for each fault, 20 at most. `place` names the value: `query`, `message`, `receipt`. */
export function toInputError(code: ProblemCode, place: string, { issues }: z.core.$ZodError): TasukiError {
  const unmet = issues.slice(0, 20).map((issue): Unmet => {
    const path = issue.path.map(String).join(".");
    return {
      file: place,
      ...(path !== "" && { path }),
      expected: toExpected(issue),
      got: issue.code,
      fix: `mend '${path === "" ? place : path}' and send it again`,
    };
  });
  const first = unmet[0];
  return new TasukiError(code, `The ${place} is not as it must be${first ? `: ${first.path ?? place}: expected ${first.expected}` : ""}.`, {
    unmet,
  });
}

/** The words for `expected` out of a schema's message: "number", where the library has "Invalid input: expected number, received string". */
export function toExpected({ message }: Pick<z.core.$ZodIssue, "message">): string {
  return message
    .replace(/^[A-Z][a-z]+ [a-z]+: expected (.*?)(?:, received .*)?$/s, "$1")
    .replace(/^Invalid (?=\S)/, "a valid ")
    .replace(/^Unrecognized keys?: /, "no key ");
}
