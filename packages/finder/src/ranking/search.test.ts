import { exampleRun } from "@tasuki/contracts/testing";
import { Run } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { createSearch, rankQuotes, sourceTextsOf } from "./search.ts";

const contents = "1 Wie lange gilt ein Token? ..... 3";
const answer = "Ein Token gilt fünf Minuten.";
const text = `# Inhalt\n\n${contents}\n\n# Token\n\n${answer}\n\n\f\nHandbuch: so lange gilt ein Token\n`;
const byteOf = (part: string): number => Buffer.byteLength(text.slice(0, text.indexOf(part)));
const question = { id: "Q1", text: "Wie lange gilt ein Token?" };

test("Furniture of a source, by the bytes that run.json gives, is never quoted", () => {
  const blocks = [
    { from: byteOf(contents), to: byteOf(contents) + Buffer.byteLength(contents), kind: "contents" },
    { from: byteOf("Handbuch"), to: Buffer.byteLength(text) - 1, kind: "furniture" },
    { from: Buffer.byteLength(text), to: Buffer.byteLength(text), kind: "of a later release" },
  ];
  const document = { name: "S1.txt", sha256: "", size: Buffer.byteLength(text), value: text, text };
  const source = { id: "S1", label: "S1", raw: { name: "S1.pdf", sha256: "", size: 1, mediaType: "" }, text: document, blocks };
  const run = { ...Run.parse(JSON.parse(exampleRun()["run"]?.[0]?.text ?? "")), profile: "cited" as const, sources: [source] };
  const quoted = (known: typeof run): string[] =>
    rankQuotes(createSearch(sourceTextsOf(known, [document as never]), { questions: [question] }), "Q1", 3).map(({ start, end }) =>
      text.slice(start, end),
    );
  expect(quoted(run)).toEqual([answer]);
  expect(quoted({ ...run, sources: [{ ...source, blocks: [] }] })).toContain("Handbuch: so lange gilt ein Token");
});
