import { normaliseSpace } from "./space.ts";

/** Sentences that say something of the text itself and not of its subject: they need no citation, whoever writes them. */
export const boilerplate = {
  notFound: "Not found in the sources.",
  partial: "The sources answer this only in part.",
  contradiction: "These passages may contradict each other.",
  noContradictions: "No contradictions were found.",
  noSources: "None of the sources could be read.",
} as const;

const sentences: ReadonlySet<string> = new Set(Object.values(boilerplate));

/** Whether a sentence is one of the fixed ones. */
export function isBoilerplate(sentence: string): boolean {
  return sentences.has(normaliseSpace(sentence));
}
