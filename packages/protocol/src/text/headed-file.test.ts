import { assert, property } from "fast-check";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { line, text } from "../testing/arbitrary-text.ts";
import { completeHeaded, formatHeaded, readHeaded } from "./headed-file.ts";
import { Line, Text } from "./line.ts";

const schema = z.object({ run: Line, language: Line.optional(), text: Text });
const contracts = ["note.txt", "note.md"].map((file) => ({ name: "note", version: 1, file, schema }));
const [plain, markdown] = contracts;
if (!plain || !markdown) throw new Error("two contracts");

test.for(contracts)("any value of $file is written so that it reads as the same value, and needs no completion", (contract) => {
  assert(
    property(line, text, (run, body) => {
      const value = { run, language: "ja", text: body };
      const written = formatHeaded(contract, value);
      expect(readHeaded(written, contract, contract.file)).toEqual({ ok: true, value });
      expect(completeHeaded(written, contract, { run: "other" })).toEqual({ ok: true, value: written });
    }),
    { numRuns: 300 },
  );
});

describe("a file of a header and a text", () => {
  it("has its lines above the text, fenced in Markdown", () => {
    expect(formatHeaded(plain, { run: "r", text: "A.\n" })).toBe("contract: note@1\nrun: r\n\nA.\n");
    expect(formatHeaded(markdown, { run: "r", text: "A.\n" })).toBe("---\ncontract: note@1\nrun: r\n---\n\nA.\n");
  });

  it("is completed from a text alone, and from a header with some of its lines", () => {
    expect(completeHeaded("A.\n", plain, { run: "r" })).toEqual({ ok: true, value: "contract: note@1\nrun: r\n\nA.\n" });
    expect(completeHeaded("---\nlanguage: ja\n---\n\nA.\n", markdown, { run: "r" })).toEqual({
      ok: true,
      value: "---\ncontract: note@1\nrun: r\nlanguage: ja\n---\n\nA.\n",
    });
  });

  it.for([
    ["contract: note@2\nrun: r\n\nA.", { line: 1, path: "contract" }],
    ["contract: note@1\n\nA.", { path: "run" }],
    ["contract: note@1\nrun: r\nrun: r\n\nA.", { line: 3, expected: "'run' once" }],
    ["contract: note@1\nrun: r\nwell\n\nA.", { line: 3, expected: "'key: value'" }],
    ["A.", { path: "contract", got: "nothing" }],
  ] as const)("tells what is wrong, and where: %j", ([written, problem]) => {
    const read = readHeaded(written, plain, "note.txt");
    expect(read.ok ? [] : read.unmet).toContainEqual(expect.objectContaining(problem));
  });
});
