/** Counts of what the text of a page leaves out. */
export interface LeftOut {
  /** Counts a text that is hidden or struck, by its characters. */
  text(why: "hidden" | "struck", text: string): void;
  /** Counts a picture without a description, or a document or medium within the page. */
  part(what: "pictures" | "embedded"): void;
  /** Parts that are left out, a phrase each. */
  said(): string[];
}

export function createLeftOut(): LeftOut {
  const left = { hidden: 0, struck: 0, pictures: 0, embedded: 0 };
  return {
    text: (why, text) => void (left[why] += text.replaceAll(/\s+/g, " ").trim().length),
    part: (what) => void (left[what] += 1),
    said: () => [
      ...(left.hidden > 0 ? [`hidden text: ${left.hidden} characters`] : []),
      ...(left.struck > 0 ? [`struck text: ${left.struck} characters`] : []),
      ...(left.pictures > 0 ? [`pictures without a description: ${left.pictures}`] : []),
      ...(left.embedded > 0 ? [`embedded documents and media: ${left.embedded}`] : []),
    ],
  };
}
