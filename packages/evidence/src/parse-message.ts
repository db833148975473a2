import { TasukiError, toInputError } from "@tasuki/contracts";
import type { z } from "zod";

// A byte order mark is no JSON (RFC 8259, section 8.1): it is kept, and so refused.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** JSON in UTF-8, read by a schema. `place` names it for people. Throws `malformed_message`, with everything that is wrong as `unmet`. */
export function parseMessage<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema, place: string): z.output<Schema> {
  const result = schema.safeParse(parseJson(bytes, place));
  if (result.success) return result.data;
  throw toInputError("malformed_message", place, result.error);
}

function parseJson(bytes: Uint8Array, place: string): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new TasukiError("malformed_message", `The ${place} is not JSON in UTF-8.`, { cause });
  }
}
