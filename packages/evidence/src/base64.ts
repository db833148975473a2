import { TasukiError } from "@tasuki/contracts";

/**
 * Bytes of base64, standard or URL-safe, with or without padding (RFC 4648, sections 4 and 5; DSSE takes both). Node's decoder skips
 * what it doesn't know, so the text must also be what the bytes encode to. Throws `malformed_message`.
 */
export function fromBase64(text: string, place: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  // Nearly every text is in the form that Node writes.
  if (
    bytes.toString("base64") !== text &&
    bytes.toString("base64url") !==
      text
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replace(/={0,2}$/, "")
  )
    throw new TasukiError("malformed_message", `The ${place} is not base64; encode its bytes again.`);
  return bytes;
}
