import { toTerms } from "../ranking/terms.ts";
import { forEachWord } from "../ranking/words.ts";

/** The words of a question that stand behind its index terms, as the question has them. */
export function matchingWords(question: string, terms: readonly string[]): readonly string[] {
  const wanted = new Set(terms);
  const words = new Set<string>();
  forEachWord(question, (word) => {
    if (toTerms(word).some((term) => wanted.has(term))) words.add(word);
  });
  return [...words];
}
