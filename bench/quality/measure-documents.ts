import { readFile } from "node:fs/promises";
import { jpFinal } from "@tasuki/contracts/artifacts/jp-final";
import { sgReview } from "@tasuki/contracts/artifacts/sg-review";
import { extractSource } from "@tasuki/executors/testing";
import { type EmbeddedRun, relayInProcess } from "@tasuki/finder/testing";
import { sourceBlockKinds } from "@tasuki/protocol";
import { readCorpus } from "./corpus.ts";
import { rangesOf } from "./quote-hits.ts";
import { createTally, type Tally } from "./tally.ts";

interface Asked {
  readonly id: string;
  readonly document: string;
  readonly language: string;
  readonly question: string;
  /** Texts of which a right answer holds one. */
  readonly answers: readonly string[];
  readonly type: string;
}

/** A question whose top answer is wrong. */
interface Wrong {
  readonly id: string;
  readonly question: string;
  readonly wanted: string;
  /** Top answer as the text has it. */
  readonly got: string;
  /** Place of the right answer: `second or third`, `in the source's text`, `not extracted`. */
  readonly right: string;
}

export interface DocumentAnswers {
  /** Top answers that are right. */
  readonly top: Tally;
  /** Questions of which one of the first three answers is. */
  readonly three: Tally;
  /** Top answers out of what extraction knows as furniture, by the ids of their questions. */
  readonly furniture: readonly string[];
  readonly wrong: readonly Wrong[];
  /** Rules that a relay did not meet. */
  readonly unmet: readonly string[];
}

const furniture = new Set(Object.entries(sourceBlockKinds).flatMap(([kind, { isFurniture }]) => (isFurniture ? [kind] : [])));

/**
 * Answers to the written questions on the manuals of the corpus: each manual is extracted as main does it and relayed with its questions. An answer is what
 * the final text prints of an item; the top answer is that of the item which the review ranks first among those that are printed.
 */
export async function measureDocuments(): Promise<DocumentAnswers> {
  const [top, three] = [createTally(), createTally()];
  const [fromFurniture, unmet]: [string[], string[]] = [[], []];
  const wrong: Wrong[] = [];
  const asked = Map.groupBy(await readQuestions(), ({ document }) => document);
  for (const { key, name, kind, bytes } of await readCorpus((key) => asked.has(key))) {
    const questions = asked.get(key) ?? [];
    const source = await extractSource(bytes, name);
    const brief = `# Questions\n\n${questions.map(({ question }, at) => `- Q${at + 1}: ${question}\n`).join("")}`;
    const run = await relayInProcess(brief, ["unreadable" in source ? { unreadable: source.unreadable } : toGiven(source)]);
    unmet.push(...run.unmet.map((one) => `${key}: ${one.file}: ${one.expected}, got ${one.got}`));
    const blocks = "text" in source ? (source.blocks ?? []).filter((block) => furniture.has(block.kind)) : [];
    for (const [at, { id, language, question, answers, type }] of questions.entries()) {
      const wanted = answers.map(compared);
      const isRight = (text: string): boolean => wanted.some((answer) => compared(text).includes(answer));
      const printed = answersFor(run, `Q${at + 1}`);
      const [first] = printed;
      const kinds = [language, kind, type];
      const isTop = first !== undefined && isRight(first.text);
      top.add(isTop, { id, kinds });
      three.add(
        printed.slice(0, 3).some(({ text }) => isRight(text)),
        { id, kinds },
      );
      const cited = first === undefined ? [] : rangesOf(run, [first.item]);
      if (cited.some(({ start, end }) => blocks.some(({ from, to }) => from < end && to > start))) fromFurniture.push(id);
      if (isTop) continue;
      const isThere = "text" in source && isRight(source.text);
      const right = printed.some(({ text }) => isRight(text)) ? "second or third" : isThere ? "in the source's text" : "not extracted";
      wrong.push({ id, question, wanted: answers.join(" || "), got: first?.text ?? "(not found)", right });
    }
  }
  return { top, three, furniture: fromFurniture, wrong, unmet };
}

function toGiven({ text, blocks, dropped }: Extract<Awaited<ReturnType<typeof extractSource>>, { text: string }>) {
  return { text, ...(blocks && { blocks: [...blocks] }), ...(dropped && { dropped: [...dropped] }) };
}

/** Items that the final text prints for a question, and their texts in it, best first: it prints them in the order of their source. */
function answersFor({ documents, unmet }: EmbeddedRun, question: string): readonly { readonly item: string; readonly text: string }[] {
  if (unmet.length > 0) return [];
  const final = jpFinal.schema.parse(documents["jp-final"]?.[0]?.value);
  const { outline } = sgReview.schema.parse(documents["sg-review"]?.[0]?.value);
  const text = final.sections.find(({ heading }) => heading.startsWith(`${question}:`))?.text ?? "";
  const printed = new Map<string, string>();
  for (const [, before = "", item = ""] of text.matchAll(/([\s\S]*?)\[(C\d+)\](?:\[C\d+\])*/g))
    printed.set(item, (printed.get(item) ?? "") + before);
  const ranked = outline.find((one) => one.question === question)?.items ?? [];
  return ranked.flatMap((item) => {
    const found = printed.get(item);
    return found === undefined ? [] : [{ item, text: found }];
  });
}

async function readQuestions(): Promise<readonly Asked[]> {
  const text = await readFile(new URL("written/document-questions.tsv", import.meta.url), "utf8");
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [id = "", document = "", language = "", question = "", answer = "", , type = ""] = line.split("\t");
    return { id, document, language, question, answers: answer.split(" || "), type };
  });
}

/** Text as it is compared: NFKC, without white space (lines are broken inside of words), marks that are not seen, and Markdown's. */
function compared(text: string): string {
  return text.normalize("NFKC").replaceAll(/[\s\p{Default_Ignorable_Code_Point}*`]/gu, "");
}
