import type { Enclosure } from "./enclosures.ts";

// Characters that are read on both sides of a mark: each is judged by what stands beside it, however long its sentence is.
export const near = 60;
// Marks before the first word of a sentence.
export const opening = /^[\s"'“”„‚‘«»‹›([{（「『【《*_~`>#¿¡–—+•-]*/u;

/** A mark that may end a sentence. Positions are those of the flat text. */
export interface Mark {
  /** Start of the sentence so far. */
  readonly start: number;
  readonly at: number;
  /** End of the sentence if it ends here: behind the marks that close it. */
  readonly end: number;
  readonly run: string;
  /** The quotation or bracket that is closed right behind the mark. */
  readonly closed?: Enclosure | undefined;
}

/** The first place from one on that is no space; the length of the text where there is none. */
export function firstOf(flat: string, from: number): number {
  const rest = /\S/g;
  rest.lastIndex = from;
  return rest.exec(flat)?.index ?? flat.length;
}

/** Characters that follow a mark: a space where there is any, and what stands behind it. */
export function restAfter(flat: string, end: number): string {
  const first = firstOf(flat, end);
  return `${first > end ? " " : ""}${flat.slice(first, first + near)}`;
}

/** The first word that follows a mark. */
export function wordAfter(flat: string, end: number): string {
  const rest = restAfter(flat, end);
  return /^[\p{L}\p{N}_]+(?:['’./_-][\p{L}\p{N}_]+)*/u.exec(rest.slice(opening.exec(rest)?.[0].length ?? 0))?.[0] ?? "";
}

/** The last word before a mark with those that are joined to it by full stops: `z. B` is `z.B`. */
export function wordBefore(flat: string, { start, at }: Mark): string {
  const lead = flat.slice(Math.max(start, at - near), at);
  const [word = ""] = /(?:(?<![\p{L}\p{N}])[\p{L}-]{1,4}\.\s?)*(?:[^\s([{（“”„«»‚‘"'’/\p{Lo}]*|\p{Lo}+)$/u.exec(lead) ?? [];
  return word.replaceAll(/\s|[*_]/g, "");
}
