// Measures the quality of the embedded executor, on public data in `../shared/data` and on real manuals: `node bench/quality.ts`.
import { relayInProcess } from "@tasuki/finder/testing";
import { createCuts } from "./quality/count-cuts.ts";
import { measureAbstention } from "./quality/measure-abstention.ts";
import { measureBriefs } from "./quality/measure-briefs.ts";
import { measureSentences } from "./quality/measure-sentences.ts";
import { candidatesFor, citationsFor, createHits, type QuotedRange } from "./quality/quote-hits.ts";
import { PubmedQa, readData, Xquad } from "./quality/read-data.ts";
import { traceCitations } from "./quality/trace-citations.ts";

const questionsPerBrief = 4;
const mostQuotes = 6;
// These floors show that nothing got worse. They say nothing of other text, since the weights were set on data of this kind.
const floors = { quoteAt3: 0.94, quoteAt1: 0.84, citedAt3: 0.88, auc: 0.92, citations: 1, rightCuts: 0.97, precision: 0.97, recall: 0.97 };
// Sets of XQuAD by language. Nothing was tuned on those without floors; they are measured where their data is there.
const sets = [
  { language: "en", floors },
  { language: "es", floors: { ...floors, quoteAt3: 0.95 } },
  { language: "zh", floors: { citations: 1 } },
  // Compounds and kin were measured on German, so that it is no language that nothing was tuned on.
  { language: "de", floors: { ...floors, quoteAt1: 0.8, citedAt3: 0.83, auc: 0.9 } },
  { language: "ro", floors: { citations: 1 } },
  { language: "ru", floors: { citations: 1 } },
];

interface Asked {
  readonly question: string;
  readonly isRight: (range: QuotedRange) => boolean;
}

const cuts = createCuts();

/** Relays the questions, four to a brief, over all the texts. Prints how often a right quotation is among the first k, and whether citations resolve. */
async function measureQuotes(name: string, texts: readonly string[], asked: readonly Asked[]): Promise<Record<string, number>> {
  const began = performance.now();
  const [found, cited] = [createHits(mostQuotes), createHits(mostQuotes)];
  const [total, unmet] = [{ citations: 0, resolved: 0 }, new Set<string>()];
  for (let from = 0; from < asked.length; from += questionsPerBrief) {
    const batch = asked.slice(from, from + questionsPerBrief);
    const brief = `# Questions\n\n${batch.map(({ question }, at) => `- Q${at + 1}: ${question}\n`).join("")}`;
    const run = await relayInProcess(
      brief,
      texts.map((text) => ({ text })),
    );
    cuts.add(run, name);
    for (const one of run.unmet) unmet.add(`${one.file}: ${one.expected}, got ${one.got}`);
    for (const [at, { isRight }] of batch.entries()) {
      found.add(
        candidatesFor(run, `Q${at + 1}`)
          .slice(0, mostQuotes)
          .map(isRight),
      );
      cited.add(citationsFor(run, `Q${at + 1}`).map(isRight));
    }
    const { citations, resolved } = traceCitations(run);
    total.citations += citations;
    total.resolved += resolved;
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const at = (hits: typeof found): string => [1, 3, mostQuotes].map((k) => `@${k} ${hits.at(k).toFixed(3)}`).join("  ");
  console.log(`${name}: ${asked.length} questions, ${texts.length} texts, ${seconds} s`);
  console.log(`  quotes of nano          ${at(found)}`);
  console.log(`  citations of the text   @1 ${cited.at(1).toFixed(3)}  @3 ${cited.at(3).toFixed(3)}`);
  console.log(
    `  citations that resolve  ${total.resolved} of ${total.citations}; gates: ${unmet.size === 0 ? "all hold" : [...unmet].slice(0, 3).join("; ")}`,
  );
  return {
    quoteAt1: found.at(1),
    quoteAt3: found.at(3),
    citedAt3: cited.at(3),
    citations: unmet.size > 0 ? 0 : total.resolved / Math.max(1, total.citations),
  };
}

function askXquad({ documents, questions }: Xquad): readonly Asked[] {
  return questions.map(({ document, question, answers }) => {
    const source = `S${documents.findIndex(({ id }) => id === document) + 1}`;
    return {
      question,
      isRight: (range) =>
        range.source === source && answers.some(({ startByte, endByte }) => startByte < range.end && endByte > range.start),
    };
  });
}

function check(what: string, got: Readonly<Record<string, number>>, least: Readonly<Record<string, number>> = floors): void {
  for (const [key, floor] of Object.entries(least)) {
    const value = got[key];
    if (value === undefined || value >= floor) continue;
    console.log(`BELOW THE FLOOR: ${what} ${key} ${value.toFixed(3)} < ${floor}`);
    process.exitCode = 1;
  }
}

const sentences = await measureSentences();
console.log(`sentences: ${sentences.total} texts of seven languages and more, parted as a person parts them`);
console.log(`  right cuts              ${sentences.share().toFixed(3)}  not so: ${sentences.faults().join("; ") || "none"}`);
check("sentences", { rightCuts: sentences.share() });

const { precision, recall } = await measureBriefs();
console.log("questions: 60 briefs in seven languages, against those that a person counts");
console.log(`  precision               ${precision.share().toFixed(3)}  not so: ${precision.faults().join("; ") || "none"}`);
console.log(`  recall                  ${recall.share().toFixed(3)}  missing: ${recall.faults().join("; ") || "none"}`);
check("questions", { precision: precision.share(), recall: recall.share() });

for (const { language, floors: least } of sets) {
  const data = await readData(`xquad-${language}.json`, Xquad);
  if (data === undefined) continue;
  const texts = data.documents.map(({ text }) => text);
  const quotes = await measureQuotes(`XQuAD ${language}`, texts, askXquad(data));
  const { auc, questions } = measureAbstention(data, 3);
  console.log(`  abstention AUC          ${auc.toFixed(3)} (${questions} questions, with and without the paragraph that answers)`);
  check(`XQuAD ${language}`, { ...quotes, auc }, least);
}
const abstracts = await readData("pubmedqa.json", PubmedQa);
if (abstracts) {
  // A quotation `isRight` where it is from the abstract that the question was written on.
  const asked = abstracts.items
    .slice(0, 120)
    .map(({ question }, at) => ({ question, isRight: ({ source }: QuotedRange) => source === `S${at + 1}` }));
  await measureQuotes(
    "PubMedQA",
    abstracts.items.map(({ contexts }) => contexts.join("\n\n")),
    asked,
  );
}
console.log(
  `quotations cut inside a sentence: ${cuts.cut.length} of ${cuts.total}${cuts.cut.length === 0 ? "" : `: ${cuts.cut.slice(0, 20).join("; ")}`}`,
);
if (cuts.cut.length > 0) process.exitCode = 1;

await import("./answers.ts");
