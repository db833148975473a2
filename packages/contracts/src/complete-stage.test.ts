import { type AnyRole, completeStage, type Documents, judgeStage } from "@tasuki/protocol";
import { describe, expect, it } from "vitest";
import { jp } from "./roles/jp.ts";
import { nano } from "./roles/nano.ts";
import { sg } from "./roles/sg.ts";
import { stageOf } from "./testing/change-documents.ts";
import { exampleRun } from "./testing/example-run.ts";

const example = exampleRun();
const run = "01933a52-7c00-7000-8000-000000000001";

const toFiles = (drafts: Readonly<Record<string, string | Uint8Array>>) =>
  Object.entries(drafts).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));

function complete(role: AnyRole, drafts: Readonly<Record<string, string | Uint8Array>>, collected = {}) {
  return completeStage(role, { inputs: stageOf(role, example).inputs, drafts: toFiles(drafts) }, { run, collected });
}

/** The faults of drafts: those of completion, of reading, and of the gate. */
function judge(role: AnyRole, drafts: Readonly<Record<string, string>>, collected = {}) {
  const judged = judgeStage(role, { inputs: stageOf(role, example).inputs, drafts: toFiles(drafts) }, { run, collected });
  return judged.ok ? [] : judged.unmet;
}

const list = "# Candidates\n\n## Receipts\n\n- source: S1\n- answers: Q1\n- why: it says it\n";
const quote = "== C1 S1\n| A receipt is a signed statement by the node that knows.\n";

describe("completing a stage", () => {
  it("passes complete files unchanged", () => {
    for (const role of [nano, sg, jp]) {
      const outputs: Documents = stageOf(role, example).outputs;
      const files = Object.values(outputs).flatMap((own) => own.map(({ name, text }) => ({ name, text })));
      expect(complete(role, Object.fromEntries(files.map(({ name, text }) => [name, text])))).toEqual({ ok: true, value: files });
    }
  });

  it("fills in nano's drafts, so that they pass its gate", () => {
    expect(judge(nano, { "candidate-list.md": list, "de-raw-output.txt": quote })).toEqual([]);
  });

  it("shows the list the texts that were collected, whatever the order of the drafts", () => {
    const drafts = {
      "de-raw-output.txt": "== C1 N1\n| A promise.\n",
      "candidate-list.md": list.replace("S1", "N1"),
      "N1.txt": "A promise.\n",
    };
    const collected = { "N1.txt": { origin: "https://example.org/" } };
    const completed = complete(nano, drafts, collected);
    expect(judge(nano, drafts, collected)).toEqual([]);
    expect(completed.ok && completed.value.find(({ name }) => name === "candidate-list.md")?.text).toContain("https://example.org/");
  });

  it("fills in the drafts of sg and jp, so that they pass their gates", () => {
    const verdicts =
      "| item | verdict | into | reason |\n| --- | --- | --- | --- |\n| C1 | accepted | | good |\n| C2 | accepted | | good |\n| C3 | merged | C1 | same |\n";
    expect(judge(sg, { "sg-review.md": verdicts })).toEqual([]);
    const text = "## Q1\n\nIt is “a signed statement”. [C1]\n\n## Q2\n\nWhen it is “durable”. [C2]\n";
    expect(judge(jp, { "jp-final.txt": text })).toEqual([]);
  });

  it("reports every draft that can't be completed, with the files that are missing or too many", () => {
    const completed = complete(nano, { "candidate-list.md": "no sections\n", "notes.md": "", "N1.txt": Buffer.from([0xff]) });
    expect(completed.ok ? [] : new Set(completed.unmet.map(({ file }) => file))).toEqual(
      new Set(["de-raw-output.txt", "notes.md", "N1.txt", "candidate-list.md"]),
    );
  });

  it("reports a quotation that is not in its source", () => {
    const completed = complete(nano, { "candidate-list.md": list, "de-raw-output.txt": quote.replace("signed", "unsigned") });
    expect(completed).toMatchObject({ ok: false, unmet: [{ file: "de-raw-output.txt", line: 1 }] });
  });
});
