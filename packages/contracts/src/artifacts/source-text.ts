import { z } from "zod";

/** S1.txt, S2.txt, …: a source as UTF-8 text, headings as `#`, pages parted by form feeds. Quotations are byte ranges of this. */
export const SourceText = z.string();
export type SourceText = z.infer<typeof SourceText>;
