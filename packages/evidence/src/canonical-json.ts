import { TasukiError } from "@tasuki/protocol";
import canonicalize from "canonicalize";

/**
 * A value as canonical JSON (JCS, RFC 8785), whose bytes are then signed or hashed. A checker never makes them again: it hashes the
 * bytes as they came. Throws `malformed_message` for what RFC 8785 or I-JSON (RFC 7493, section 2.2) can't carry: lone surrogates, numbers
 * that are not finite, whole numbers beyond 2^53, and no value at all.
 */
export function canonicalJson(value: unknown): string {
  try {
    JSON.stringify(value, (key, part: unknown) => {
      if (typeof part === "number" && Number.isInteger(part) && !Number.isSafeInteger(part))
        throw new RangeError(`${key === "" ? "the number" : `'${key}'`} is a whole number beyond 2^53`);
      return part;
    });
    const text = canonicalize(value);
    if (text === undefined) throw new TypeError("there is no value");
    return text;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TasukiError("malformed_message", `This can't be written as canonical JSON: ${reason}.`, { cause });
  }
}
