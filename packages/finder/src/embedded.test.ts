import { candidateList } from "@tasuki/contracts/artifacts/candidate-list";
import { deRawOutput } from "@tasuki/contracts/artifacts/de-raw-output";
import { jpFinal } from "@tasuki/contracts/artifacts/jp-final";
import { sgReview } from "@tasuki/contracts/artifacts/sg-review";
import { expect, test } from "vitest";
import { type GivenSource, relayInProcess } from "./testing/relay-in-process.ts";

const guide = `# Guide

## Leases

A lease lasts 30 seconds. It is renewed every 10 seconds by the worker's heartbeat. When a lease ends,
the task goes back into the queue.

## Starting

Start the demo with this command:

\`\`\`bash
pnpm tasuki demo --keep
\`\`\`

## Parts

The relay has three parts:

- a bus that carries signed tasks
- a store that keeps events and blobs
- an executor that does the work
`;

async function relay(questions: readonly string[], sources: readonly GivenSource[]) {
  const { documents, unmet } = await relayInProcess(
    `# A test\n\n${questions.map((text, at) => `Q${at + 1}: ${text}\n`).join("")}`,
    sources,
  );
  expect(unmet).toEqual([]);
  const final = jpFinal.schema.parse(documents["jp-final"]?.[0]?.value);
  return {
    list: candidateList.schema.parse(documents["candidate-list"]?.[0]?.value),
    raw: deRawOutput.schema.parse(documents["de-raw-output"]?.[0]?.value),
    review: sgReview.schema.parse(documents["sg-review"]?.[0]?.value),
    final,
    answers: final.sections.map(({ text }) => text),
  };
}

test("A text answers question by question: prose, a command, a list, and what was not found", async () => {
  const { final, answers } = await relay(
    ["How long does a lease last?", "Which command starts the demo?", "What are the parts of the relay?", "Who founded the city of Rome?"],
    [{ text: guide }],
  );
  expect(final.title).toBe("A test");
  expect(final.sections.map(({ heading }) => heading)).toEqual([
    "Q1: How long does a lease last?",
    "Q2: Which command starts the demo?",
    "Q3: What are the parts of the relay?",
    "Q4: Who founded the city of Rome?",
  ]);
  expect(answers[0]).toBe(
    "A lease lasts 30 seconds. [C1] It is renewed every 10 seconds by the worker's heartbeat. [C1] " +
      "When a lease ends, the task goes back into the queue. [C1]",
  );
  expect(answers[1]).toBe("Start the demo with this command: [C2]\n\n    pnpm tasuki demo --keep [C2]");
  expect(answers[2]).toBe(
    "The relay has three parts: [C3]\n\n- a bus that carries signed tasks [C3]\n- a store that keeps events and blobs [C3]\n- an executor that does the work [C3]",
  );
  expect(answers[3]).toBe("Not found in the sources.");
  expect(final.acceptance.gaps).toEqual([
    { question: "Q4 (Who founded the city of Rome?)", reason: "no passage of the sources has what is asked" },
  ]);
  expect(final.acceptance.checks.map(({ result, detail }) => [result, detail])).toEqual([
    ["passed", "9 sentences"],
    ["passed", "3 items"],
    ["passed", "3 of 4 answered"],
  ]);
});

test("A passage is named by its bytes, lines and page, and nano says why it chose it", async () => {
  const { list, raw } = await relay(["How long does a lease last?"], [{ text: "Préface\n\fPage two.\n\nA lease lasts\n30 seconds.\n" }]);
  const block = raw.blocks.find(({ text }) => text.startsWith("A lease"));
  expect(block).toMatchObject({
    source: "S1",
    bytes: { first: 21, last: 45 },
    lines: { first: 4, last: 5 },
    page: 2,
    text: "A lease lasts\n30 seconds.",
  });
  expect(list.candidates[0]).toMatchObject({
    locator: "page 2, lines 4-5",
    answers: ["Q1"],
    why: "has lease, last; and what the question's form asks for (a date, number, name or reason)",
  });
});

test("What says the same in another source stands in an answer once; what answers another question better stays", async () => {
  const same = "The lease of a task lasts 30 seconds, and the worker renews it.";
  const { answers } = await relay(
    ["Who renews the lease of a task?", "How many seconds does the lease last?"],
    [
      { text: `The task is done by a worker.\n\n${same}` },
      { text: `Seconds matter, and a lease is short.\n\n${same}\n\nThe end of a task.` },
    ],
  );
  expect(answers.map((answer) => answer.split(same).length - 1)).toEqual([1, 1]);
  const better = await relay(
    ["Does a lease of a task last until a renewal?", "Does a lease of a task last until a reminder?"],
    [{ text: "A lease of a task lasts 30 seconds until a renewal." }, { text: "A lease of a task lasts 30 seconds until a reminder." }],
  );
  expect(better.answers[1]).toContain("until a reminder.");
});

test("Statements of which one denies or outnumbers the other are both kept, and quoted side by side", async () => {
  const { review, final } = await relay(
    ["How long does the lease of a task last?"],
    [{ text: "The lease of a task lasts 30 seconds." }, { text: "The lease of a task lasts 60 seconds." }],
  );
  expect(review.contradictions).toEqual([{ items: ["C1", "C2"], note: "possible contradiction: their numbers differ" }]);
  expect(final.sections.at(-1)).toEqual({
    heading: "Possible contradictions",
    text: "These passages may contradict each other.\n\nThe lease of a task lasts 30 seconds. [C1]\n\nThe lease of a task lasts 60 seconds. [C2]",
  });
});

test("What two sections of one source say of two things does not contradict itself", async () => {
  const { review } = await relay(
    ["How long are the records of each plan kept?"],
    [{ text: "## Gold\n\nThe records of the plan are kept for 30 days.\n\n## Silver\n\nThe records of the plan are kept for 10 days.\n" }],
  );
  expect(review.verdicts.map(({ verdict }) => verdict)).toEqual(["accepted", "accepted"]);
  expect(review.contradictions).toEqual([]);
});

test("What is covered in part is said to be", async () => {
  const { answers } = await relay(
    ["Which lease renewal limits apply to Kubernetes tasks of other tenants?"],
    [{ text: "The lease renewal protocol has limits that apply." }, { text: "Rome was not built in a day." }],
  );
  expect(answers[0]).toBe("The sources answer this only in part.\n\nThe lease renewal protocol has limits that apply. [C1]");
});

test("Sources that can't be read are gaps, and no source at all is a valid run", async () => {
  const { list, review, final } = await relay(["What is a lease?"], [{ unreadable: "the PDF has\nno text layer" }]);
  expect(list.candidates).toEqual([]);
  expect(review.decision).toBe("converged");
  expect(final.acceptance.gaps).toEqual([
    { question: "Q1 (What is a lease?)", reason: "no passage of the sources has what is asked" },
    { question: "S1 (source 1)", reason: "can't be read: the PDF has no text layer" },
  ]);
  expect((await relay(["What is a lease?"], [])).answers).toEqual(["Not found in the sources."]);
});

test("Chinese and Japanese questions are answered from their texts, and not from others", async () => {
  const { answers } = await relay(
    ["租约持续多长时间？", "リースはいつ更新されますか？", "谁建立了罗马城？"],
    [
      { text: "任务由节点接受。租约持续三十秒。\n\n节点签署收据。" },
      { text: "タスクは署名されます。\n\nリースは十秒ごとに更新されます。" },
    ],
  );
  expect(answers[0]).toContain("租约持续三十秒。 [C");
  expect(answers[1]).toContain("リースは十秒ごとに更新されます。 [C");
  expect(answers[2]).toBe("Not found in the sources.");
});

test.each([
  [
    "When does the backup start?",
    ["バックアップは毎晩二時に始まります。当直が確認します。"],
    "the sources are in Japanese, and the question is in English",
  ],
  [
    "Wann beginnt die Datensicherung?",
    ["The backup starts at two in the morning, and it is checked.", "La copia se hace por la noche, y se guarda en el archivo."],
    "the sources are in English and Spanish, and the question is in German",
  ],
])("A gap says that no source is in the language of the question: %s", async (question, texts, reason) => {
  const { final } = await relay(
    [question],
    texts.map((text) => ({ text })),
  );
  expect(final.acceptance.gaps).toEqual([
    { question: `Q1 (${question})`, reason: `no passage of the sources has what is asked; ${reason}` },
  ]);
});

test("A file without sentences or line ends is never quoted as a whole", async () => {
  const { raw } = await relay(["What is a lease?"], [{ text: "lease word ".repeat(100_000) }]);
  expect(Math.max(...raw.blocks.map(({ text }) => text.length))).toBeLessThanOrEqual(1000);
});

test("A passage of a hundred thousand sentences without a word, or of one endless word, is quoted like any other", async () => {
  const { raw } = await relay(
    ["What is a lease?"],
    [{ text: `A lease ends. ${"! ".repeat(150_000)}` }, { text: `A lease is ${"a".repeat(100_000)}.` }],
  );
  expect(raw.blocks).not.toEqual([]);
});

test("A source that has citations and headings of its own does not cite or part the text", async () => {
  const { answers, final } = await relay(
    ["How long does a lease last?"],
    [
      {
        text: "A lease lasts long, says one [C9].\n\n> A lease lasts 30 seconds.\n\n## References\n\nA lease lasts as long as its task runs.",
      },
    ],
  );
  expect(final.sections).toHaveLength(1);
  expect(answers[0]).not.toContain("[C9]");
  expect(answers[0]).toContain("A lease lasts 30 seconds. [C");
});
