import { z } from "zod";
import { Sha256, sha256Of } from "./identifiers.ts";

/** Name of a text in a leaf or a receipt: a code for programs, which stays where the text is gone, and the text's salted digest. */
export const TextName = z.looseObject({
  code: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "a code: letters, digits, '_' and '-', at most 64, the first a letter"),
  sha256: Sha256,
});
export type TextName = z.infer<typeof TextName>;

/** Characters of a text, as JavaScript counts them. */
export const maxTextLength = 1024;

/** Free text that a leaf or a receipt names by `sha256`, with the salt that keeps a short text from being guessed. */
export const SaltedText = z.object({
  sha256: Sha256,
  salt: z.string().regex(/^[0-9a-f]{32}$/, "a salt: 32 lower-case hexadecimal digits"),
  text: z.string().max(maxTextLength),
});
export type SaltedText = z.infer<typeof SaltedText>;

/** The SHA-256 digest by which a text is named: of the salt's 32 digits followed by the text, in UTF-8. */
export function saltedDigest({ salt, text }: Pick<SaltedText, "salt" | "text">): Sha256 {
  return sha256Of(salt + text);
}
