import { z } from "zod";

export const Question = z.object({ id: z.string().regex(/^Q[1-9][0-9]{0,2}$/), text: z.string().min(1) });
export type Question = z.infer<typeof Question>;

/** brief.md: the text as its author wrote it, and the questions found in it (at least one: the whole text where none is marked). */
export const Brief = z.object({ text: z.string(), questions: z.array(Question).min(1) });
export type Brief = z.infer<typeof Brief>;
