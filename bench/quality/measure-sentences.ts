import { readFile } from "node:fs/promises";
import { splitSentences } from "@tasuki/contracts";
import { z } from "zod";
import { createTally, type Tally } from "./tally.ts";

const Item = z.object({
  id: z.string(),
  lang: z.string(),
  text: z.string(),
  sentences: z.array(z.string()),
  trap: z.string(),
  also: z.array(z.array(z.string())).default([]),
});

/** Share of the written texts that are parted where a person parts them, by language and by trap. */
export async function measureSentences(): Promise<Tally> {
  const lines = await readFile(new URL("written/sentences.jsonl", import.meta.url), "utf8");
  const tally = createTally();
  for (const line of lines.trim().split("\n")) {
    const { id, lang, text, sentences, trap, also } = Item.parse(JSON.parse(line));
    const got = splitSentences(text).map(({ end }) => end);
    const isRight = [sentences, ...also].some((one) => endsOf(text, one).join(" ") === got.join(" "));
    tally.add(isRight, { id, kinds: [lang, trap] });
  }
  return tally;
}

function endsOf(text: string, sentences: readonly string[]): readonly number[] {
  let from = 0;
  return sentences.map((sentence) => (from = text.indexOf(sentence, from) + sentence.length));
}
