import { z } from "zod";

/** Text that stands in one line of an artifact. */
export const Line = z.string().regex(/^[^\r\n\0]*$/, "one line of text");
/** Text of any number of lines. */
export const Text = z.string().refine((text) => !text.includes("\0"), "text without NUL");

/** Refuses a second element with the same key; the issue's path names it. */
export function distinct<Item>(keyOf: (item: Item) => string) {
  return (context: z.core.ParsePayload<Item[]>): void => {
    const seen = new Set<string>();
    for (const [at, item] of context.value.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) context.issues.push({ code: "custom", message: `each id once: ${key} is there already`, input: key, path: [at] });
      seen.add(key);
    }
  };
}
