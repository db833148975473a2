import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { text } from "../testing/arbitrary-text.ts";
import { formatFrontMatter, formatHeader, type HeaderForm, readHeader } from "./header.ts";
import { createReport } from "./report.ts";

const yaml: HeaderForm = { isFenced: true, isYaml: true, line: /^(?!:(?:\s|$))(.+?):(?:\s(.*))?$/s };
const plain: HeaderForm = { isFenced: false, repeats: true, keys: ["run", "inputs"], line: /^([a-z][a-z-]*):(?:[ \t]+(.*))?$/s };
const exact: HeaderForm = { isFenced: false, isExact: true, keys: ["run"], line: /^([A-Za-z][A-Za-z0-9_-]*): ?(.*)$/s };

function read(written: string, form: HeaderForm) {
  const report = createReport("note.md");
  const { fields, end } = readHeader(written.split("\n"), form, report);
  const values = [...fields].flatMap(([key, all]) => all.map(({ text, line }) => `${line} ${key}=${text}`));
  return { values, end, fields, report, unmet: report.unmet.map(({ line, expected, got }) => [line, expected, got]) };
}

describe("a header", () => {
  it("is read with the lines of its fields, as texts, and ends where the body begins", () => {
    const { values, end, report, unmet } = read('---\nrun: "r"\n\n# a remark\nsha256: 0123\n--- \n\nA.', yaml);
    expect([values, end, unmet]).toEqual([["2 run=r", "5 sha256=0123"], 6, []]);
    expect(report.lineOf("sha256")).toBe(5);
    expect(read("run: r\ninputs: a\ninputs:  b \n\nA.", plain)).toMatchObject({
      values: ["1 run=r", "2 inputs=a", "3 inputs=b"],
      end: 4,
      unmet: [],
    });
    expect(read("run:  r \nLanguage: ja\n\nA.", exact)).toMatchObject({ values: ["1 run= r ", "2 Language=ja"], end: 3, unmet: [] });
  });

  it.for([
    ["names with texts", "inputs:\n  a.md: 1\n  'b': \"2\"\nrun: r"],
    ["a list", "inputs:\n- name: a.md\n  sha256: 1\n- sha256: 2\n  name: b\nrun: r"],
    ["a list in braces", "inputs:\n  - { name: a.md, sha256: 1 }\n  - {name: b, sha256: 2}\nrun: r"],
  ])("has entries below a key of front matter: %s", ([, lines]) => {
    const { fields, unmet } = read(`---\n${lines}\n---\n`, yaml);
    expect(fields.get("inputs")?.[0]?.entries).toMatchObject([
      { name: "a.md", text: "1" },
      { name: "b", text: "2" },
    ]);
    expect([fields.get("run")?.[0]?.text, unmet]).toEqual(["r", []]);
  });

  it.for<[string, string, HeaderForm, unknown[], number]>([
    ["a key that stands twice", "---\nrun: a\nrun: b\n---\n", yaml, [[3, "'run' once", "run: b"]], 4],
    ["a line of another form", "---\nrun: a\nwell\n---\n", yaml, [[3, "'key: value', or '  name: value' below a key", "well"]], 4],
    ["an entry below nothing", "---\n  a: b\n---\n", yaml, [[2, "'key: value', or '  name: value' below a key", "a: b"]], 3],
    ["a fence that is not closed", "---\nrun: a\n", yaml, [[1, "a line '---' that ends the front matter", "none"]], 1],
    ["a line of another form, and reads on to the blank line", "run: a\nwell\n\nA.", exact, [[2, "'key: value'", "well"]], 3],
    ["a missing blank line: the text begins", "run: a\nA text.\nAnd on.", plain, [[2, "'key: value'", "A text."]], 1],
  ])("reports %s", ([, written, form, unmet, end]) => {
    expect(read(written, form)).toMatchObject({ unmet, end });
  });

  it.for<[string, string, HeaderForm]>([
    ["a file without a fence", "run: a\n\nA.", yaml],
    ["a file that begins with another key", "title: a\n\nA.", plain],
    ["a text that begins like one, and has no blank line", "run: a\nA.", exact],
    ["an empty file", "", yaml],
  ])("is not in %s", ([, written, form]) => {
    expect(read(written, form)).toMatchObject({ values: [], end: 0, unmet: [] });
  });

  it("may be all of a file", () => {
    expect(read("run: r\ninputs: a", plain)).toMatchObject({ values: ["1 run=r", "2 inputs=a"], end: 2, unmet: [] });
  });

  it("is written so that it reads as the same fields", () => {
    const fields = { run: "r", inputs: [["a.md", "1"]], none: [] } as const;
    expect(formatHeader(fields)).toBe("run: r\ninputs:\n  a.md: 1\nnone: {}\n");
    const { values, fields: found } = read(`${formatFrontMatter(fields)}\nA.`, yaml);
    expect(values).toEqual(["2 run=r", "3 inputs=", "5 none="]);
    expect(found.get("inputs")?.[0]?.entries).toMatchObject([{ name: "a.md", text: "1", line: 4 }]);
  });

  it("never makes reading throw, whatever the text", () => {
    const start = fc.constantFrom("", "---\n", "run: ", "inputs:\n", "---\ninputs:\n");
    fc.assert(
      fc.property(start, text, fc.constantFrom(yaml, plain, exact), (before, after, form) => {
        const { end } = read(before + after, form);
        expect(end).toBeLessThanOrEqual((before + after).split("\n").length);
      }),
      { numRuns: 300 },
    );
  });
});
