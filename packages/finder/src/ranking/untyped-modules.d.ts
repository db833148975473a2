declare module "stopword" {
  type Words = readonly string[];
  export const eng: Words;
  export const deu: Words;
  export const spa: Words;
  export const fra: Words;
  export const ita: Words;
  export const por: Words;
  export const nld: Words;
  export const zho: Words;
  export const jpn: Words;
}

declare module "wink-porter2-stemmer" {
  /** The Porter2 stem of one lower-case English word. */
  export default function stem(word: string): string;
}
