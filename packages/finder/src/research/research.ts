import { indexText, type Range, type TextIndex } from "@tasuki/contracts";
import type { Candidate } from "@tasuki/contracts/artifacts/candidate-list";
import { locatorOf, type RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import { nano } from "@tasuki/contracts/roles/nano";
import { defineExecutor } from "@tasuki/executors/define";
import { type InputsOf, type OutputsOf, sha256Of } from "@tasuki/protocol";
import { oneLine } from "../output-fields.ts";
import { createSearch, type Progress, type Search, sourceTextsOf } from "../ranking/search.ts";
import { toTerms } from "../ranking/terms.ts";
import { wordsOf } from "../ranking/words.ts";
import { type Selected, selectQuotes } from "./select-quotes.ts";

/** Research of nano without a model: passages of the sources are ranked by the brief's questions, and the best are quoted verbatim. */
export function research(inputs: InputsOf<typeof nano>, { progress }: Progress = {}): OutputsOf<typeof nano> {
  const { run, brief } = inputs;
  const texts = sourceTextsOf(run.value, inputs["source-text"]);
  const labels = new Map(run.value.sources.map(({ id, label }) => [id, label]));
  const search = createSearch(texts, { questions: brief.value.questions, progress });
  const indexes = new Map<number, TextIndex>();
  // Work that a reviewer has sent back: as many passages more.
  const found = selectQuotes(search, { isAgain: inputs["sg-review"] !== undefined }).map(({ quote, answers }, at) => {
    const index = indexes.get(quote.source) ?? indexText(texts[quote.source]?.text ?? "");
    indexes.set(quote.source, index);
    return toFinding(search, { quote, answers, index }, `C${at + 1}`);
  });
  return {
    "candidate-list": {
      run: run.value.run,
      brief: brief.sha256,
      candidates: found.map(({ candidate }) => candidate),
      sources: texts.map(({ id, document: { name, sha256, size } }) => ({
        id,
        name: oneLine(labels.get(id) ?? name, 200),
        sha256,
        bytes: size,
        origin: "",
        fetched: "",
      })),
      questions: brief.value.questions,
    },
    "de-raw-output": { run: run.value.run, blocks: found.map(({ block }) => block) },
    collected: [],
  };
}

export const work = defineExecutor(nano, research);

function toFinding(
  search: Search,
  { quote, answers, index }: Selected & { readonly index: TextIndex },
  id: string,
): { candidate: Candidate; block: RawBlock } {
  const source = search.corpus.sources[quote.source];
  if (source === undefined) throw new Error("a quotation is of one of the sources");
  const text = source.text.slice(quote.start, quote.end);
  const place = locateRange(source.text, quote, index);
  const path = search.corpus.sections[quote.section]?.path ?? [];
  return {
    candidate: {
      id,
      title: oneLine(path.at(-1) ?? "", 80) || oneLine(text, 60),
      source: source.id,
      locator: locatorOf(place),
      score: Math.round(quote.score * 1000) / 1000,
      answers: [...answers],
      why: whyOf(search, { quote, answers }),
    },
    block: { candidate: id, source: source.id, ...place, sha256: sha256Of(text), text },
  };
}

/** Place of a range of UTF-16 positions: bytes of the text's UTF-8 form, lines, and the page where form feeds part the text into pages. */
function locateRange(text: string, { start, end }: Range, index: TextIndex): Pick<RawBlock, "bytes" | "lines" | "page"> {
  const first = Buffer.byteLength(text.slice(0, start));
  const last = first + Buffer.byteLength(text.slice(start, end)) - 1;
  const page = index.pageOf(first);
  return {
    bytes: { first, last },
    lines: { first: index.lineOf(first), last: index.lineOf(last) },
    ...(page !== undefined && { page }),
  };
}

function whyOf({ questions }: Search, { quote, answers }: Selected): string {
  const found = new Set(quote.terms);
  const asked = questions.filter(({ id }) => answers.includes(id));
  const words = asked.flatMap(({ parts, language }) =>
    parts.flatMap(({ text }) => wordsOf(text, (word) => toTerms(word, language).some((term) => found.has(term)))),
  );
  const has =
    words.length === 0 ? "stands under a heading that the question asks for" : `has ${[...new Set(words)].slice(0, 12).join(", ")}`;
  return oneLine(quote.cue ? `${has}; and what the question's form asks for (a date, number, name or reason)` : has, 300);
}
