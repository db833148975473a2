import { readFile } from "node:fs/promises";
import { findQuestions } from "@tasuki/contracts/artifacts/brief";
import { z } from "zod";
import { createTally, type Tally } from "./tally.ts";

const Item = z.object({
  id: z.string(),
  lang: z.string(),
  brief: z.string(),
  questions: z.array(z.string()),
  subjects: z.record(z.string(), z.array(z.string())).default({}),
  also: z.record(z.string(), z.array(z.union([z.string(), z.array(z.string())]))).default({}),
});

/** Questions that are found in the written briefs, against those that a person counts. A brief that asks nothing is one of both tallies. */
export async function measureBriefs(): Promise<{ precision: Tally; recall: Tally }> {
  const lines = await readFile(new URL("written/briefs.jsonl", import.meta.url), "utf8");
  const [precision, recall] = [createTally(), createTally()];
  for (const line of lines.trim().split("\n")) {
    const { id, lang, brief, questions, subjects, also } = Item.parse(JSON.parse(line));
    const found = findQuestions(brief).questions.map(({ text }) => text);
    const open = new Set(found);
    for (const question of questions) {
      const forms = [question, ...(also[question] ?? [])];
      const taken = forms.map((form) => takenBy(form, [...open])).find((one) => one !== undefined);
      for (const one of taken ?? []) open.delete(one);
      const keeps = (subjects[question] ?? []).every((word) => taken?.some((one) => one.toLowerCase().includes(word.toLowerCase())));
      recall.add(taken !== undefined && keeps, { id, kinds: [lang] });
    }
    for (const one of found) precision.add(!open.has(one), { id, kinds: [lang] });
    if (questions.length === 0 && found.length === 0) for (const tally of [precision, recall]) tally.add(true, { id, kinds: [lang] });
  }
  return { precision, recall };
}

/** The found questions that are a form of an expected one: one, or as many as it was counted apart in. */
function takenBy(form: string | readonly string[], found: readonly string[]): readonly string[] | undefined {
  const taken = [form].flat().map((one) => found.find((text) => isSame(text, one)));
  return taken.every((one) => one !== undefined) ? taken : undefined;
}

const lead = /^(?:(?:and|und|e|ed|y|et|en|sowie|また、?|そして、?|以及|并且)\s*|[-*+•]\s+|\d+[.)]\s+|[¿¡"“„«]+)+/iu;

function isSame(found: string, expected: string): boolean {
  const [got, wanted] = [bare(found), bare(expected)];
  if (got === wanted) return true;
  // A greeting or an opening clause in front.
  const front = got.endsWith(wanted) ? got.slice(0, got.length - wanted.length) : undefined;
  return front !== undefined && /[,:!，、：！]\s*$/u.test(front) && front.length < 60;
}

function bare(text: string): string {
  return (
    text
      // The subject that a question keeps of the one before it.
      .replace(/(?<=[?？。])\s*\([^?？]*\)\s*$/u, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .replace(lead, "")
      .replace(/[?？。.!！\s]+$/u, "")
      .toLowerCase()
  );
}
