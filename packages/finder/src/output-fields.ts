// Fields that the outputs of several stages have alike.
import type { Document } from "@tasuki/protocol";

/**
 * Line of a text for a field: white space and control characters become single spaces, and a line of more than `most` characters is cut
 * between words.
 */
export function oneLine(text: string, most: number): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  const characters = Array.from(line);
  if (characters.length <= most) return line;
  const cut = characters.slice(0, most - 1).join("");
  const space = cut.lastIndexOf(" ");
  return `${(space > most / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** Digests of the files that a stage was given, by name. */
export function inputDigests(
  inputs: Readonly<Record<string, Document | readonly Document[] | undefined>>,
): { name: string; sha256: string }[] {
  return Object.values(inputs)
    .flatMap((held) => held ?? [])
    .map(({ name, sha256 }) => ({ name, sha256 }));
}
