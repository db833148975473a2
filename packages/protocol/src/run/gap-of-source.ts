import type { RunSource } from "./run.ts";

/**
 * Reason why a source is a declared gap, as what is said of it in one line: it can't be read, its text lacks what the source has, or it was read by a guess;
 * undefined where it was read whole. What is not found in such a text may stand in the source.
 *
 * @example
 * gapOfSource({ text, guessed: ["its encoding, taken for windows-1252"] }); // "was read by a guess: its encoding, taken for windows-1252"
 */
export function gapOfSource({
  text,
  unreadable,
  dropped = [],
  guessed = [],
}: Pick<RunSource, "text" | "unreadable" | "dropped" | "guessed">): string | undefined {
  if (text === undefined) return toLine(unreadable === undefined ? "can't be read" : `can't be read: ${unreadable}`);
  const lacks = dropped.length === 0 ? [] : [`was not read whole: its text leaves out ${dropped.join("; ")}`];
  const guesses = guessed.length === 0 ? [] : [`was read by a guess: ${guessed.join("; ")}`];
  return lacks.length + guesses.length === 0 ? undefined : toLine([...lacks, ...guesses].join(", and "));
}

function toLine(reason: string): string {
  return reason.replaceAll(/\s+/g, " ").trim();
}
