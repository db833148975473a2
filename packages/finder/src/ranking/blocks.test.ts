import { expect, test } from "vitest";
import { splitBlocks } from "./blocks.ts";

function kindsOf(text: string): string[] {
  return splitBlocks(text).map(({ kind, level, start, end }) => `${kind}${level || ""}: ${text.slice(start, end)}`);
}

test("Headings are found with marks, with lines below them, and numbered alone on a line", () => {
  expect(kindsOf("# One\n\nTwo\n===\n\nThree\n---\n\n3.1 Four\n\n2024 was a year.\n\n4 Five is a sentence.")).toEqual([
    "heading1: # One",
    "heading1: Two",
    "heading2: Three",
    "heading3: 3.1 Four",
    "paragraph: 2024 was a year.",
    "paragraph: 4 Five is a sentence.",
  ]);
});

test("Items, rows and code are blocks of their own; line ends, pages and a byte order mark are none of them", () => {
  expect(
    kindsOf(
      "\uFEFF# One\r\n\r\nA line\r\nand more\r\n- an item\r\n  goes on\r\n- another\r\n\f| a | b |\r\n```sh\r\n# no heading\r\n\r\nrun\r\n```\r\nend",
    ),
  ).toEqual([
    "heading1: # One",
    "paragraph: A line\r\nand more",
    "list: an item\r\n  goes on",
    "list: another",
    "table: | a | b |",
    "code: ```sh\r\n# no heading\r\n\r\nrun\r\n```",
    "paragraph: end",
  ]);
});

test("Rows of two cells are known by each other, and the head of a table by the line below it", () => {
  expect(kindsOf("Ship | Crew\n--- | ---\nIda | nine\nNora | ten\n\na | b\nc | d\n\nIt runs `ls | wc` here\nand there.")).toEqual([
    "heading10: Ship | Crew",
    "table: Ida | nine",
    "table: Nora | ten",
    "table: a | b",
    "table: c | d",
    "paragraph: It runs `ls | wc` here\nand there.",
  ]);
});

test("Notes below a text are paragraphs of their own", () => {
  expect(kindsOf("It is so.[1]\n[2] holds too.\n\n[^1]: One.\n[^2]: Two.\n\n[1] Three.\n[2] Four.\n")).toEqual([
    "paragraph: It is so.[1]\n[2] holds too.",
    "paragraph: [^1]: One.",
    "paragraph: [^2]: Two.",
    "paragraph: [1] Three.",
    "paragraph: [2] Four.",
  ]);
});

test("A question that stands alone heads what follows; one among other sentences, or in a list, does not", () => {
  expect(
    kindsOf(
      "# One\n\n1.2. How deep is\nthe basin?\n\nNine metres.\n\nWhy? Because.\n\n- Who?\n- Where?\n\nThere.\n\n2. Who?\n\nI.\n\nWho?\n",
    ),
  ).toEqual([
    "heading1: # One",
    "heading9: 1.2. How deep is\nthe basin?",
    "paragraph: Nine metres.",
    "paragraph: Why? Because.",
    "list: Who?",
    "list: Where?",
    "paragraph: There.",
    "heading9: Who?",
    "paragraph: I.",
    "paragraph: Who?",
  ]);
});

test("A number that a line end parts from its sentence begins no item; a list that begins with 1 or after a sentence does", () => {
  expect(kindsOf("It burns in O\n2. The flame is hot.\n1. Light it.\n2. Look away.\n\nDone so far.\n3. Put it out.")).toEqual([
    "paragraph: It burns in O\n2. The flame is hot.",
    "list: Light it.",
    "list: Look away.",
    "paragraph: Done so far.",
    "list: Put it out.",
  ]);
});

test("Questions with a number or a letter head what stands below them, with and without blank lines", () => {
  expect(kindsOf("Q: Who?\nA: I.\n1.2. Where?\nThere.\nIs it | so?\n")).toEqual([
    "heading9: Q: Who?",
    "paragraph: A: I.",
    "heading9: 1.2. Where?",
    "paragraph: There.\nIs it | so?",
  ]);
  const rows = "1.1. | Who?\nI do.\n1.2. | Where? | There.\n";
  expect(splitBlocks(rows, [{ start: 0, end: rows.length, kind: "table" }]).map(({ kind }) => kind)).toEqual(["heading", "table", "table"]);
});
