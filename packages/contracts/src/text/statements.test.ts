import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boilerplate, citationsIn, citeSentences, statementsOf } from "./statements.ts";

/** Statements with the items that they cite. A `factual` one that cites nothing begins with `!`. */
const read = (text: string): string[] =>
  statementsOf(text).map(
    ({ text, citations, factual }) => `${factual && citations.length === 0 ? "!" : ""}${text} <${citations.join(" ")}>`,
  );

describe("statements", () => {
  it.each([
    ["The citation follows the full stop. [C1] Another.[C2]", ["The citation follows the full stop. <C1>", "Another. <C2>"]],
    ["The full stop follows the citation [C1]. Another [C2][C3].", ["The full stop follows the citation <C1>", "Another <C2 C3>"]],
    ["Both of them [C1, C4].", ["Both of them <C1 C4>"]],
    ["In brackets ([C1]).", ["In brackets <C1>"]],
    ["**Bold [C1].** _Plain_ [C2]", ["Bold <C1>", "Plain <C2>"]],
    ["Only the last is cited. This one [C1].", ["!Only the last is cited. <>", "This one <C1>"]],
    ["First half [C1] and a second half that isn't.", ["First half <C1>", "!and a second half that isn't. <>"]],
    ["- an item [C1]\n- another\n2. a third [C2]", ["an item <C1>", "!another <>", "a third <C2>"]],
    ["> a quoted line\n> and on [C1]", ["a quoted line\n> and on <C1>"]],
    ["One paragraph\nover two lines [C1]\n\nAnother", ["One paragraph\nover two lines <C1>", "!Another <>"]],
    ["### A heading\nText [C1]", ["Text <C1>"]],
    ["Two things follow:\n\n- one [C1]", ["Two things follow: <>", "one <C1>"]],
    ["A lead-in: no, a statement.", ["!A lead-in: no, a statement. <>"]],
    ["Why is that so?", ["Why is that so? <>"]],
    ["| name | value |\n| --- | --- |\n| a | 1 [C1] |\n| b | 2 |", ["a | 1 <C1>", "!b | 2 <>"]],
    [boilerplate.notFound, ["Not found in the sources. <>"]],
    [`${boilerplate.partial} He left. [C1]`, [`${boilerplate.partial} <>`, "He left. <C1>"]],
    ["---\n\n[C1]", []],
    ["", []],
  ])("%j", (text, statements) => {
    expect(read(text)).toEqual(statements);
  });

  it("are not parted by abbreviations or within a quotation", () => {
    expect(read("Dr. Smith said “No. Never.” in Fig. 2 (cf. vol. 3) [C1].")).toEqual([
      "Dr. Smith said “No. Never.” in Fig. 2 (cf. vol. 3) <C1>",
    ]);
  });

  it("stand where they say", () => {
    const text = "## x\n\n- One. [C1] Two is\nhere [C2].";
    for (const { start, end, text: statement } of statementsOf(text)) expect(text.slice(start, end)).toBe(statement);
  });
});

describe("a passage with cited sentences", () => {
  const words = fc.constantFrom(
    "It",
    "is",
    "3.14",
    "e.g.",
    "Dr.",
    "“No.",
    "Never.”",
    '"',
    "why?",
    "so!",
    "\n",
    "\n\n",
    "- ",
    "| a |",
    "x:",
    "J.",
    "(cf.",
    "etc.)",
    "# ",
    "这。",
  );
  const passage = fc.oneof(
    fc.array(words, { maxLength: 30 }).map((all) => all.join(" ")),
    fc.string({ unit: "grapheme", maxLength: 120 }).filter((text) => citationsIn(text).length === 0),
  );

  it("cites every factual sentence, whatever stands in it", () => {
    fc.assert(
      fc.property(passage, (text) => {
        const bare = statementsOf(citeSentences(text, ["C1", "C2"])).filter(({ factual, citations }) => factual && citations.length === 0);
        expect(bare).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("is the passage, but for the citations", () => {
    expect(citeSentences("It rained. It was 3.5 mm!\n\n- Then not", ["C4"])).toBe("It rained. [C4] It was 3.5 mm! [C4]\n\n- Then not [C4]");
    fc.assert(fc.property(passage, (text) => citeSentences(text, ["C1"]).replaceAll(" [C1]", "") === text));
  });
});
