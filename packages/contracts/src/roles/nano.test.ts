import { type Documents, gate, sha256Of } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import { describe, expect, it } from "vitest";
import { brief } from "../artifacts/brief/brief.ts";
import { candidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { collected } from "../artifacts/collected/collected.ts";
import { deRawOutput, type RawBlock } from "../artifacts/de-raw-output/de-raw-output.ts";
import { run } from "../artifacts/run/run.ts";
import { sourceText } from "../artifacts/source-text/source-text.ts";
import { changed, stageOf } from "../testing/change-documents.ts";
import { exampleRun } from "../testing/example-run.ts";
import { nano } from "./nano.ts";

const example = exampleRun();
const zeros = "0".repeat(64);
const otherRun = "01933a52-7c00-7000-8000-00000000ffff";

const check = (documents: Documents) => gate(nano, stageOf(nano, documents), {});
const withList = (to: Parameters<typeof changed<typeof candidateList>>[2]["to"]) => changed(example, candidateList, { to });
const withFirstBlock = (change: (block: RawBlock) => Partial<RawBlock>) =>
  changed(example, deRawOutput, {
    to: (raw) => ({ ...raw, blocks: raw.blocks.map((block, at) => (at === 0 ? { ...block, ...change(block) } : block)) }),
  });
const withFirstCandidate = (change: object) =>
  withList((list) => ({ ...list, candidates: list.candidates.map((one, at) => (at === 0 ? { ...one, ...change } : one)) }));
const withText = (text: string) => withFirstBlock(() => ({ text, sha256: sha256Of(text) }));

describe("nano's gate", () => {
  it("holds for the example", () => {
    expect(check(example)).toEqual([]);
  });

  it("holds for a run without a candidate", () => {
    const none = changed(
      withList((list) => ({ ...list, candidates: [] })),
      deRawOutput,
      { to: (raw) => ({ ...raw, blocks: [] }) },
    );
    expect(check(none)).toEqual([]);
  });

  it.each<[string, Documents, object]>([
    [
      "a list of another run",
      withList((list) => ({ ...list, run: otherRun })),
      { file: "candidate-list.md", line: 3, path: "run", got: otherRun },
    ],
    [
      "raw blocks of another run",
      changed(example, deRawOutput, { to: (raw) => ({ ...raw, run: otherRun }) }),
      { file: "de-raw-output.txt", line: 2, path: "run" },
    ],
    ["a list for another brief", withList((list) => ({ ...list, brief: zeros })), { file: "candidate-list.md", path: "brief", got: zeros }],
    [
      "a brief that run.json doesn't know",
      changed(example, brief, { to: (value) => ({ ...value, text: `${value.text} ` }) }),
      { file: "run.json", path: "brief" },
    ],
    [
      "a source text that was changed",
      changed(example, sourceText, { n: 2, to: (text) => `${text} ` }),
      { file: "run.json", path: "sources" },
    ],
    [
      "a source text that is missing",
      { ...example, "source-text": example["source-text"]?.slice(0, 1) ?? [] },
      { file: "run.json", expected: "the text S2.txt, which run.json names" },
    ],
    [
      "a source text that run.json doesn't name",
      { ...example, "source-text": [...(example["source-text"] ?? []), documentOf(sourceText, "x", 3)] },
      { expected: "no S3.txt, which run.json doesn't name" },
    ],
    [
      "another digest of a source",
      withList((list) => ({ ...list, sources: list.sources.map((source) => ({ ...source, sha256: zeros })) })),
      { path: "sources.S1", got: zeros },
    ],
    [
      "another size of a source",
      withList((list) => ({ ...list, sources: list.sources.map((source) => ({ ...source, bytes: 1 })) })),
      { path: "sources.S1", got: "1" },
    ],
    [
      "a source that is not there",
      withList((list) => ({ ...list, sources: list.sources.map((source, at) => (at === 0 ? { ...source, id: "S9" } : source)) })),
      { path: "sources.S9", got: "S9" },
    ],
    [
      "a candidate of a source that is not listed",
      withFirstCandidate({ source: "N1" }),
      { path: "candidates.C1.source", got: "N1", line: 9 },
    ],
    [
      "a candidate for a question that nobody asked",
      withFirstCandidate({ answers: ["Q1", "Q9"] }),
      { path: "candidates.C1.answers", got: "Q9" },
    ],
    [
      "a question in other words",
      withList((list) => ({ ...list, questions: list.questions.map((question) => ({ ...question, text: "Why?" })) })),
      { path: "questions.Q1", got: "Why?" },
    ],
    [
      "a question left out",
      withList((list) => ({ ...list, questions: list.questions.slice(1) })),
      { path: "questions.Q1", got: "no such question" },
    ],
    [
      "a candidate without a block",
      changed(example, deRawOutput, { to: (raw) => ({ ...raw, blocks: raw.blocks.slice(1) }) }),
      { path: "candidates.C1", got: "none" },
    ],
    [
      "a block of no candidate",
      withFirstBlock(() => ({ candidate: "C9" })),
      { file: "de-raw-output.txt", line: 4, path: "blocks.0", got: "C9" },
    ],
    [
      "a block of another source",
      withFirstBlock(() => ({ source: "S2" })),
      { path: "blocks.0", got: "S2", expected: "S1, the source of C1" },
    ],
    [
      "words that the source doesn't have",
      withText("A receipt is an unsigned statement by the node that knows"),
      { path: "blocks.0", got: '"A receipt is an unsigned statement by the node that knows"' },
    ],
    ["another digest of a block", withFirstBlock(() => ({ sha256: zeros })), { path: "blocks.0", got: zeros }],
    [
      "bytes that are shifted by one",
      withFirstBlock(({ bytes }) => ({ bytes: { first: bytes.first + 1, last: bytes.last + 1 } })),
      { path: "blocks.0" },
    ],
    ["bytes past the end", withFirstBlock(() => ({ bytes: { first: 0, last: 99_999 } })), { path: "blocks.0", got: "0-99999" }],
    ["bytes the wrong way round", withFirstBlock(() => ({ bytes: { first: 9, last: 3 } })), { path: "blocks.0", got: "9-3" }],
    [
      "other lines",
      withFirstBlock(() => ({ lines: { first: 3, last: 4 } })),
      { path: "blocks.0", expected: "lines 3-3, where the bytes stand", got: "3-4" },
    ],
    [
      "a page of a source that has none",
      withFirstBlock(() => ({ page: 1 })),
      { path: "blocks.0", expected: "no page: the source has none" },
    ],
    [
      "another page",
      changed(example, deRawOutput, {
        to: (raw) => ({ ...raw, blocks: raw.blocks.map((block) => ({ ...block, ...(block.page && { page: 7 }) })) }),
      }),
      { path: "blocks.1", got: "7", expected: "page 2" },
    ],
  ])("reports %s", (_, documents, unmet) => {
    expect(check(documents)).toContainEqual(expect.objectContaining(unmet));
  });

  it("reports a passage that is cut inside its sentence, whoever wrote it", () => {
    const text = "A receipt is a signed statement by the node that knows.\nÄhnlich gilt es bis zum 31. Dezember 2027.\n";
    const given = documentOf(sourceText, text, 1);
    const cuts = (quoted: string) => {
      const before = text.slice(0, text.indexOf(quoted));
      const [first, line] = [Buffer.byteLength(before), before.split("\n").length];
      const place = { bytes: { first, last: first + Buffer.byteLength(quoted) - 1 }, lines: { first: line, last: line } };
      const documents = changed({ ...example, "source-text": [given, ...(example["source-text"] ?? []).slice(1)] }, deRawOutput, {
        to: ({ blocks: [block, ...others], ...raw }) => ({
          ...raw,
          blocks: block ? [{ ...block, ...place, text: quoted, sha256: sha256Of(quoted) }, ...others] : others,
        }),
      });
      return check(documents).filter(({ expected }) => expected.startsWith("whole sentences"));
    };
    expect(cuts("Ähnlich gilt es bis zum 31.")).toMatchObject([{ file: "de-raw-output.txt", path: "blocks.0" }]);
    expect(cuts("Ähnlich gilt es bis zum 31. Dezember 2027.")).toEqual([]);
  });

  it("takes texts that nano collected, each with its row, and reports one without", () => {
    const text = documentOf(collected, "A receipt is a promise.\n");
    const row = { id: "N1", name: "N1.txt", sha256: text.sha256, bytes: text.size, origin: "https://example.org/", fetched: "2026-11-24" };
    const bare = { ...example, collected: [text] };
    const listed = changed(bare, candidateList, {
      to: (list) => ({
        ...list,
        sources: [...list.sources, row],
        candidates: list.candidates.map((one, at) => (at === 0 ? { ...one, source: "N1" } : one)),
      }),
    });
    const block = { source: "N1", bytes: { first: 0, last: 22 }, lines: { first: 1, last: 1 }, text: "A receipt is a promise." };
    const quoted = changed(listed, deRawOutput, {
      to: (raw) => ({ ...raw, blocks: raw.blocks.map((one, at) => (at === 0 ? { ...one, ...block, sha256: sha256Of(block.text) } : one)) }),
    });
    expect(check(quoted)).toEqual([]);
    expect(check(bare)).toMatchObject([{ path: "sources.N1", got: "no such row" }]);
    expect(check({ ...quoted, collected: [] })).toContainEqual(expect.objectContaining({ path: "sources.N1", got: "N1" }));
  });

  it("takes a source that could not be read: it has no text", () => {
    const scan = {
      id: "S3",
      label: "scan.pdf",
      raw: { name: "S3.pdf", sha256: zeros, size: 1, mediaType: "application/pdf" },
      unreadable: "a scan",
    };
    expect(check(changed(example, run, { to: (value) => ({ ...value, sources: [...value.sources, scan] }) }))).toEqual([]);
  });
});
