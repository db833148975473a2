/**
 * What the compiler asks for where something doesn't fit: nothing is one, so that it prints the sentence. An object, since two different
 * texts together would only be `never`.
 */
export interface Complaint<Sentence extends string> {
  readonly complaint: Sentence;
}
