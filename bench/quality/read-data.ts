import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** Questions on documents, with the bytes of each document that answer them. Source: deepmind/xquad. */
export const Xquad = z.object({
  documents: z.array(z.object({ id: z.string(), title: z.string(), text: z.string() })),
  questions: z.array(
    z.object({
      id: z.string(),
      document: z.string(),
      question: z.string(),
      answers: z.array(z.object({ text: z.string(), startByte: z.int(), endByte: z.int() })),
    }),
  ),
});
export type Xquad = z.infer<typeof Xquad>;

/** Questions, and the abstract that answers each. Source: pubmedqa/pubmedqa. */
export const PubmedQa = z.object({ items: z.array(z.object({ id: z.string(), question: z.string(), contexts: z.array(z.string()) })) });
export type PubmedQa = z.infer<typeof PubmedQa>;

const folder = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

/** Reads a set of public data in `../shared/data`, which the repository never holds. Resolves with undefined, and says so, where it is missing. */
export async function readData<Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.output<Schema> | undefined> {
  const path = `${folder}${name}`;
  if (existsSync(path)) return schema.parse(JSON.parse(await readFile(path, "utf8")));
  console.log(`skipped: ${name} (there is no ../shared/data/${name})`);
  return undefined;
}
