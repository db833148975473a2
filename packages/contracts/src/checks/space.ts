/** A text with every run of white space as one space, and none around it: how passages are compared across line breaks. */
export function normaliseSpace(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
