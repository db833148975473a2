import type { RunSource } from "./run.ts";

/**
 * Why a source is a declared gap, in one line: it could not be read, its text lacks what the source has, or it was read by a guess; undefined where
 * it was read whole. What is not found in such a text may stand in the source.
 */
export function gapOfSource({
  text,
  unreadable,
  dropped = [],
  guessed = [],
}: Pick<RunSource, "text" | "unreadable" | "dropped" | "guessed">): string | undefined {
  if (text === undefined) return toLine(unreadable ?? "it could not be read");
  const lacks = dropped.length === 0 ? [] : [`its text leaves out ${dropped.join("; ")}`];
  const guesses = guessed.length === 0 ? [] : [`it was read by a guess: ${guessed.join("; ")}`];
  return lacks.length + guesses.length === 0 ? undefined : toLine([...lacks, ...guesses].join(", and "));
}

function toLine(reason: string): string {
  return reason.replaceAll(/\s+/g, " ").trim();
}
