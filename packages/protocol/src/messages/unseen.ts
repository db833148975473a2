/**
 * Characters that a screen obeys or does not show: controls (ECMA-48's C0, C1, DEL), separators of lines and paragraphs, lone surrogates, and
 * what Unicode has a display ignore: marks of direction, of no width, tags, selectors of variants.
 */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** The text with another one in the place of each unseen character. */
export function replaceUnseen(text: string, by: (character: string) => string): string {
  return text.replace(unseen, by);
}

/** JSON on a line with its unseen characters escaped, but the line's end: it means the same, and each character on it is shown as itself. */
export function escapeUnseen(json: string): string {
  return replaceUnseen(json, (character) => (character === "\n" ? character : unitsOf(character).map(escaped).join("")));
}

/** The code units of a character, which JSON escapes one by one (RFC 8259, section 7). */
function unitsOf(character: string): number[] {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
