import { bestCoverage } from "@tasuki/finder/testing";
import type { Xquad } from "./read-data.ts";

/**
 * Area under the ROC curve: how often the best coverage is higher where the paragraph that answers is there than where it has been taken out.
 * `every` n-th question is measured.
 */
export function measureAbstention({ documents, questions }: Xquad, every: number): { auc: number; questions: number } {
  const texts = documents.map(({ text }) => text);
  const chosen = questions.filter((_, at) => at % every === 0);
  const [present, removed]: [number[], number[]] = [[], []];
  for (const { document, question, answers } of chosen) {
    const at = documents.findIndex(({ id }) => id === document);
    const answer = answers[0];
    if (answer === undefined) continue;
    present.push(bestCoverage(texts, question));
    removed.push(
      bestCoverage(
        texts.map((text, index) => (index === at ? withoutParagraph(text, answer.startByte) : text)),
        question,
      ),
    );
  }
  let wins = 0;
  for (const one of present) for (const other of removed) wins += one > other ? 1 : one === other ? 0.5 : 0;
  return { auc: wins / (present.length * removed.length), questions: present.length };
}

function withoutParagraph(text: string, byte: number): string {
  const position = Buffer.from(text).toString("utf8", 0, byte).length;
  const start = text.lastIndexOf("\n\n", position);
  const end = text.indexOf("\n\n", position);
  return `${text.slice(0, Math.max(0, start))}${end === -1 ? "" : text.slice(end)}`;
}
