import { type Receipt, saltedDigest, type SaltedText } from "@tasuki/protocol";

/** True for a text that is what its digest says. */
export function isWhole(salted: SaltedText): boolean {
  return saltedDigest(salted) === salted.sha256;
}

/** Text that a receipt gives, out of those that are beside it, by their digests; undefined where it gives none, or its text is gone. */
export function textOf({ text, reason }: Pick<Receipt, "text" | "reason">, texts: ReadonlyMap<string, string>): string | undefined {
  return text === undefined ? reason : texts.get(text.sha256);
}
