import { type AnyArtifact, type Document, type Documents, type Parsed, sha256Of } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import { type Arbitrary, array, boolean, constantFrom, integer, record, uuid } from "fast-check";
import { brief } from "../artifacts/brief/brief.ts";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { collected } from "../artifacts/collected/collected.ts";
import { deRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import { jpFinal } from "../artifacts/jp-final/jp-final.ts";
import { sgReview } from "../artifacts/sg-review/sg-review.ts";
import { sourceText } from "../artifacts/source-text/source-text.ts";
import { line } from "./arbitraries.ts";
import { runOf } from "./run-of.ts";

interface Seed {
  readonly id: string;
  readonly profile: "cited" | "plain";
  readonly questions: number;
  /** Lines of each source. */
  readonly sources: readonly (readonly string[])[];
  readonly unreadable: boolean;
  readonly collect: boolean;
  readonly candidates: readonly {
    at: number;
    from: number;
    lines: number;
    answers: number;
    verdict: "accepted" | "partial" | "rejected" | "merged";
  }[];
}

const seed: Arbitrary<Seed> = record({
  id: uuid({ version: 7 }),
  profile: constantFrom("cited", "plain"),
  questions: integer({ min: 1, max: 4 }),
  sources: array(array(line, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
  unreadable: boolean(),
  collect: boolean(),
  candidates: array(
    record({
      at: integer({ min: 0, max: 9 }),
      from: integer({ min: 0, max: 9 }),
      lines: integer({ min: 1, max: 3 }),
      answers: integer({ min: 0, max: 9 }),
      verdict: constantFrom("accepted", "partial", "rejected", "merged"),
    }),
    { maxLength: 6 },
  ),
});

/** Documents of all artifacts that pass every gate. The outputs are drafts that completion finished, so that both are put to the test. */
export function arbitraryStages(): Arbitrary<Documents> {
  return seed.map(toStages);
}

function toStages(given: Seed): Documents {
  const { id, profile, unreadable, collect } = given;
  const questions = Array.from({ length: given.questions }, (_, at) => ({ id: `Q${at + 1}`, text: `What is said of subject ${at + 1}?` }));
  const briefText = questions.map(({ id, text }) => `${id}: ${text}\n`).join("");
  const briefDocument = documentOf(brief, { text: briefText, questions });
  // Each line begins with its place, so that no passage stands twice, and ends with a word: whether a full stop ends a sentence is a question of its own.
  const bodies = given.sources.map((lines, source) => lines.map((text, at) => `Line ${at} of text ${source}: ${text} end`));
  const texts = bodies.map((lines, at) => documentOf(sourceText, `${lines.join("\n")}\n`, at + 1));
  const found = collect ? [documentOf(collected, "Line 0 of what was collected\n", 1)] : [];
  const runDocument = runOf({ id, profile, brief: briefDocument, texts, unreadable });
  const inputs: Documents = { run: [runDocument], brief: [briefDocument], "source-text": texts, collected: found };

  const candidates = given.candidates.map(({ at, from, lines, answers, verdict }, n) => {
    const source = at % bodies.length;
    const body = bodies[source] ?? [];
    const start = from % body.length;
    const question = questions[answers % questions.length]?.id ?? "Q1";
    return { id: `C${n + 1}`, source: `S${source + 1}`, passage: body.slice(start, start + lines), question, verdict };
  });
  const list = finished(candidateList, {
    draft: `# Candidates\n\n${candidates.map(({ source, question }) => `## A passage\n\n- source: ${source}\n- answers: ${question}\n- why: it may\n`).join("\n")}`,
    run: id,
    documents: inputs,
  });
  const withList: Documents = { ...inputs, "candidate-list": [list] };
  const raw = finished(deRawOutput, {
    draft: candidates.map(({ id, source, passage }) => `== ${id} ${source}\n| ${passage.join("\n| ")}\n`).join("\n"),
    run: id,
    documents: withList,
  });
  const nanoDone: Documents = { ...withList, "de-raw-output": [raw] };

  const target = candidates.find(({ verdict }) => verdict === "accepted" || verdict === "partial")?.id;
  const judged = candidates.map(({ id, verdict }) =>
    verdict === "merged" && target === undefined ? { id, verdict: "rejected" } : { id, verdict },
  );
  const rows = judged.map(({ id, verdict }) => `| ${id} | ${verdict} | ${verdict === "merged" ? target : ""} | so it is |\n`).join("");
  const review = finished(sgReview, {
    draft: `# Verdicts\n\n| item | verdict | into | reason |\n| --- | --- | --- | --- |\n${rows}`,
    run: id,
    documents: nanoDone,
  });

  const carried = Object.fromEntries(Object.entries(nanoDone).filter(([name]) => name !== collected.name && name !== sourceText.name));
  const sections = review.value.outline.map(({ question, items }) => {
    const said = items.map((item) => `The passage says it in line ${item.slice(1)}. [${item}]`).join("\n\n");
    return `## ${question}\n\n${said === "" ? "Not found in the sources." : said}\n`;
  });
  const final = finished(jpFinal, {
    draft: `# What is said\n\n${sections.join("\n")}`,
    run: id,
    documents: { ...carried, "sg-review": [review] },
  });
  return { ...nanoDone, "sg-review": [review], "jp-final": [final] };
}

function finished<A extends AnyArtifact>(
  artifact: A & { read(text: string): Parsed<Value<A>> },
  { draft, run, documents }: { readonly draft: string; readonly run: string; readonly documents: Documents },
): Document<Value<A>> {
  const text = valueOf(artifact.complete(draft, { run, documents }), draft);
  return { name: artifact.file, sha256: sha256Of(text), size: Buffer.byteLength(text), text, value: valueOf(artifact.read(text), text) };
}
type Value<A extends AnyArtifact> = A["schema"]["_zod"]["output"];

function valueOf<Value>(parsed: Parsed<Value>, text: string): Value {
  if (parsed.ok) return parsed.value;
  throw new Error(`${JSON.stringify(parsed.unmet)}\n${text}`);
}
