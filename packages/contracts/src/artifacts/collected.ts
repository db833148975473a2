import { z } from "zod";

/** N1.txt, N2.txt, …: a text that nano collected itself, in the form of a source text. */
export const Collected = z.string();
export type Collected = z.infer<typeof Collected>;
