import { type InputsOf, type OutputsOf, sha256Of } from "@tasuki/contracts";
import type { Candidate } from "@tasuki/contracts/artifacts/candidate-list";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { nano } from "@tasuki/contracts/roles/nano";
import { locateRange, locatorOf } from "./locate-range.ts";
import { matchingWords } from "./matching-words.ts";
import { oneLine } from "./one-line.ts";
import { createSearch, type Progress, type Search } from "./search.ts";
import { type Selected, selectQuotes } from "./select-quotes.ts";
import { sourceTextsOf } from "./source-texts.ts";

/** What nano does without a model: it ranks the passages of the sources by the brief's questions, and quotes the best of them verbatim. */
export function research(inputs: InputsOf<typeof nano>, { progress }: Progress = {}): OutputsOf<typeof nano> {
  const { run, brief } = inputs;
  const texts = sourceTextsOf(run.value, inputs["source-text"]);
  const labels = new Map(run.value.sources.map(({ id, label }) => [id, label]));
  const search = createSearch(texts, { questions: brief.value.questions, progress });
  const found = selectQuotes(search).map((selected, at) => toFinding(search, selected, `C${at + 1}`));
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

function toFinding(search: Search, { quote, answers }: Selected, id: string): { candidate: Candidate; block: RawBlock } {
  const source = search.corpus.sources[quote.source];
  if (source === undefined) throw new Error("a quotation is of one of the sources");
  const text = source.text.slice(quote.start, quote.end);
  const place = locateRange(source.text, quote);
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

function whyOf({ questions }: Search, { quote, answers }: Selected): string {
  const asked = questions.filter(({ id }) => answers.includes(id)).flatMap(({ parts }) => parts.map(({ text }) => text));
  const words = matchingWords(asked.join("\n"), quote.terms);
  const has = words.length === 0 ? "stands under a heading that the question asks for" : `has ${words.slice(0, 12).join(", ")}`;
  return oneLine(quote.cue ? `${has}; and what the question's form asks for (a date, number, name or reason)` : has, 300);
}
