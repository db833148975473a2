import { artifactOf, type Document, type Documents, sha256Of } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import { brief } from "../artifacts/brief/brief.ts";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { deRawOutput, locatorOf, type RawBlock } from "../artifacts/de-raw-output/de-raw-output.ts";
import { jpFinal } from "../artifacts/jp-final/jp-final.ts";
import { sgReview } from "../artifacts/sg-review/sg-review.ts";
import { sourceText } from "../artifacts/source-text/source-text.ts";
import { relay } from "../relay.ts";
import { indexText } from "../text/text-index.ts";
import { goldenDocuments } from "./golden-files.ts";
import { runOf } from "./run-of.ts";

const id = "01933a52-7c00-7000-8000-000000000001";

const briefText = `# Receipts

What is a receipt? When is a task accepted?

Who invented the relay race?
`;

const glossary = `# Glossary

A receipt is a signed statement by the node that knows.
It names the files that it speaks of by their digests.

## Tasks

A task is one signed message that a node accepts.
`;

const manual = `A receipt is a statement that a node signs.
\f# Accepting

A task is accepted when it is durable,
and the node has signed that it is.
`;

const own = new Set(["collected", "candidate-list", "de-raw-output", "sg-review", "jp-final"]);

/** Documents of a small run, which pass every gate: two sources, three candidates (one is merged), three questions (one is a gap). */
export function exampleRun(): Documents {
  const given = documentOf(brief, { text: briefText, questions: questionsOf(briefText) });
  const texts = [documentOf(sourceText, glossary, 1), documentOf(sourceText, manual, 2)];
  const runJson = runOf({ id, brief: given, texts, labels: ["docs/glossary.md", "manual.pdf"] });

  const [first, second] = texts;
  const blocks = [
    quote("C1", { source: first, text: "A receipt is a signed statement by the node that knows." }),
    quote("C2", { source: second, text: "A task is accepted when it is durable,\nand the node has signed that it is." }),
    quote("C3", { source: second, text: "A receipt is a statement that a node signs." }),
  ];
  const candidate = (at: number, answers: string[]) => {
    const block = blockAt(blocks, at);
    const { candidate, source } = block;
    const title = ["A receipt, defined", "When a task is accepted", "A receipt, in the manual"][at] ?? "";
    const why = `it defines what ${answers.join(" and ")} asks for`;
    return { id: candidate, title, source, locator: locatorOf(block), score: 3 - at, answers, why };
  };
  const list = documentOf(candidateList, {
    run: id,
    brief: given.sha256,
    candidates: [candidate(0, ["Q1"]), candidate(1, ["Q2"]), candidate(2, ["Q1"])],
    sources: runJson.value.sources.flatMap(({ id, label, text }) =>
      text ? [{ id, name: label, sha256: text.sha256, bytes: text.size, origin: "", fetched: "" }] : [],
    ),
    questions: given.value.questions,
  });
  const raw = documentOf(deRawOutput, { run: id, blocks });

  const review = documentOf(sgReview, {
    run: id,
    inputs: digestsOf([runJson, given, ...texts, list, raw]),
    decision: "converged",
    verdicts: [
      { item: "C1", verdict: "accepted", reason: "it answers the question in one sentence" },
      { item: "C2", verdict: "accepted", reason: "it says when | and by whom" },
      { item: "C3", verdict: "merged", into: "C1", reason: "the same in fewer words" },
    ],
    outline: [
      { question: "Q1", items: ["C1"] },
      { question: "Q2", items: ["C2"] },
      { question: "Q3", items: [] },
    ],
    contradictions: [],
    gaps: [{ question: "Q3", reason: "the sources do not say who invented it" }],
    requests: [],
  });

  const final = documentOf(jpFinal, {
    run: id,
    profile: "cited",
    inputs: digestsOf([runJson, given, list, raw, review]),
    decision: "accepted",
    title: "Receipts",
    sections: [
      { heading: "What is a receipt?", text: "“A receipt is a signed statement by the node that knows.” [C1]" },
      { heading: "When is a task accepted?", text: "“A task is accepted when it is durable, and the node has signed that it is.” [C2]" },
      { heading: "Who invented the relay race?", text: "Not found in the sources." },
    ],
    references: blocks
      .slice(0, 2)
      .map((block) => ({ item: block.candidate, source: block.source, locator: locatorOf(block), sha256: block.sha256 })),
    sources: ["docs/glossary.md", "manual.pdf"].map((name, at) => ({ id: `S${at + 1}`, name, origin: "", fetched: "" })),
    acceptance: {
      checks: [{ name: "every citation is of an accepted item", result: "passed", detail: "2 items are cited" }],
      gaps: [{ question: "Q3 (Who invented the relay race?)", reason: "the sources do not say who invented it" }],
    },
    requests: [],
  });

  return {
    ...added(),
    run: [runJson],
    brief: [given],
    "source-text": texts,
    collected: [],
    "candidate-list": [list],
    "de-raw-output": [raw],
    "sg-review": [review],
    "jp-final": [final],
  };
}

/** Golden documents of the artifacts of added roles, which this example does not write itself. */
function added(): Documents {
  const artifacts = relay.roles.flatMap((role) => role.produces.map(artifactOf));
  return Object.fromEntries(artifacts.filter(({ name }) => !own.has(name)).map((artifact) => [artifact.name, goldenDocuments(artifact)]));
}

function questionsOf(text: string): { id: string; text: string }[] {
  const parsed = brief.read(text);
  return parsed.ok ? parsed.value.questions : [];
}

function quote(candidate: string, { source, text }: { readonly source: Document<string> | undefined; readonly text: string }): RawBlock {
  const index = indexText(source?.text ?? "");
  const first = index.bytes.indexOf(text);
  const last = first + Buffer.byteLength(text) - 1;
  const page = index.pageOf(first);
  return {
    candidate,
    source: (source?.name ?? "").replace(".txt", ""),
    bytes: { first, last },
    lines: { first: index.lineOf(first), last: index.lineOf(last) },
    ...(page !== undefined && { page }),
    sha256: sha256Of(text),
    text,
  };
}

function blockAt(blocks: readonly RawBlock[], at: number): RawBlock {
  const block = blocks[at];
  if (!block) throw new RangeError(`the example has no block ${at}`);
  return block;
}

function digestsOf(documents: readonly Document[]): { name: string; sha256: string }[] {
  return documents.map(({ name, sha256 }) => ({ name, sha256 }));
}
