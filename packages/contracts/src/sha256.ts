import { hash } from "node:crypto";

/** SHA-256 as 64 lower-case hexadecimal digits; of a string, that of its UTF-8 bytes. */
export function sha256Of(bytes: string | Uint8Array): string {
  return hash("sha256", bytes, "hex");
}
