/** The number that a text writes; the text itself where it writes none, so that the schema can show what was found. */
export function readNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text;
}
