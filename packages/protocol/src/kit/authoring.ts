import type { z } from "zod";

/** Instructions for the author of an artifact, a program or a model. A draft is the artifact's text without the parts that `complete` fills in. */
export interface Authoring {
  /** Description of a draft's form, in Markdown, for prompts. It says what may be left out. */
  readonly prompt: string;
  /** Schema of the value that a model is asked for where its output is structured: ids and short texts, nothing that code can compute. */
  readonly draft?: z.ZodType;
  /** The text of the draft that a value of `draft` stands for. Must not throw, whatever the value. */
  fromDraft?(value: never): string;
}

/** Instructions with a structured draft. */
export interface DraftAuthoring<Draft extends z.ZodType> extends Authoring {
  readonly draft: Draft;
  fromDraft(value: z.output<Draft>): string;
}

/**
 * Defines instructions with a structured draft, for `authoring` of `defineArtifact`. `fromDraft` takes a value of the schema `draft`.
 *
 * @example
 * export const authoring = defineAuthoring({
 *   prompt: "A line `to: a name`, a blank line, the text of the letter.",
 *   draft: z.object({ to: z.string(), paragraphs: z.array(z.string()) }),
 *   fromDraft: ({ to, paragraphs }) => `to: ${to}\n\n${paragraphs.join("\n\n")}\n`,
 * });
 */
export function defineAuthoring<Draft extends z.ZodType>(authoring: DraftAuthoring<Draft>): DraftAuthoring<Draft> {
  return authoring;
}
