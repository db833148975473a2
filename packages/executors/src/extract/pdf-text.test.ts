import { expect, test } from "vitest";
import { literal, type PdfLine, type PdfPage, toPdf } from "../testing/pdf-fixture.ts";
import { composePages } from "./pdf-compose.ts";
import type { PageLine } from "./pdf-lines.ts";
import { pdfToText } from "./pdf-text.ts";

/** Text of a PDF: its pages, each with its pieces; a piece that isn't running text has its kind before it. */
async function read(pages: readonly PdfPage[]): Promise<readonly (readonly string[])[]> {
  const found = await pdfToText(toPdf(pages));
  if ("unreadable" in found) throw new Error(found.unreadable);
  let text = found.text.trimEnd();
  for (const { from, kind } of (found.blocks ?? []).toReversed())
    if (kind !== "heading") text = `${text.slice(0, from)}${kind}: ${text.slice(from)}`;
  return text.split("\n\f\n").map((page) => page.split("\n\n"));
}

const head = (text: string): PdfLine => ({ text, x: 50, y: 750, size: 9 });
const foot = (text: string): PdfLine => ({ text, x: 300, y: 30, size: 9 });

test("Running heads and feet stand behind the last page, each page's in a line", async () => {
  const pages = [1, 2, 3].map((number) => [head("The Manual"), `Body of page ${number}.`, foot(`- ${number} -`)]);
  expect(await read(pages)).toEqual([
    ["Body of page 1."],
    ["Body of page 2."],
    ["Body of page 3."],
    ["furniture: The Manual - 1 -\nThe Manual - 2 -\nThe Manual - 3 -"],
  ]);
});

test("A page's number makes a head of the line that begins or ends with it, whatever the chapter, in Roman numerals too", async () => {
  const numerals = ["i", "ii", "iii"].map((numeral) => [`Preface ${numeral}.`, foot(numeral)]);
  const titles = ["Harbours", "Harbours", "Berths", "Dues", "Dues"];
  const chapters = titles.map((title, at) => [
    head(at % 2 === 0 ? `${at + 1} ${title}` : `${title} ${at + 1}`),
    `Rule of ${title} number ${at * at}.`,
  ]);
  const text = await read([...numerals, ...chapters]);
  expect(text.slice(2, 5).flat()).toEqual(["Preface iii.", "Rule of Harbours number 0.", "Rule of Harbours number 1."]);
  expect(text.at(-1)).toEqual(["furniture: i\nii\niii\n1 Harbours\nHarbours 2\n3 Berths\nDues 4\n5 Dues"]);
});

test("Data that resembles itself from page to page stays, wherever it stands", async () => {
  const months = ["January", "February", "March", "April"];
  const pages = months.map((month, at) => [
    head(`Report for ${month}`),
    `Revenue: ${at * 17 + 412} thousand euros`,
    "The harbour was calm, and more ships came than in any month of the year before.",
    foot(`Staff on the last day: ${[31, 33, 36, 35][at]}`),
  ]);
  expect(await read(pages)).toEqual(
    months.map((month, at) => [
      `Revenue: ${at * 17 + 412} thousand euros\nThe harbour was calm, and more ships came than in any month of the year before.`,
      `Report for ${month}`,
      `Staff on the last day: ${[31, 33, 36, 35][at]}`,
    ]),
  );
});

test("Reports of a page each that are numbered keep their titles", async () => {
  const pages = [1, 2, 3, 4].map((week) => [
    head(`Report for week ${week}`),
    `Revenue: ${week * 17} thousand euros`,
    foot(`Page ${week} of 4`),
  ]);
  const text = await read(pages);
  expect(text[2]).toEqual(["Revenue: 51 thousand euros", "Report for week 3"]);
  expect(text.at(-1)).toEqual(["furniture: Page 1 of 4\nPage 2 of 4\nPage 3 of 4\nPage 4 of 4"]);
});

test("A line that recurs within the page, not at its edge, stays", async () => {
  const pages = [1, 2, 3, 4].map(() => [{ text: "Not applicable.", x: 50, y: 400 }]);
  expect(await read(pages)).toEqual([["Not applicable."], ["Not applicable."], ["Not applicable."], ["Not applicable."]]);
});

test("A hyphen at a line's end goes only where the document has the word without it", async () => {
  const lines = [
    "The relay is a peer-to-",
    "peer network with a client-",
    "server fallback. It was re-",
    "newed. What is renewed stays; UTF-",
    "8 and Vor-",
    "und Nachteile too.",
    "It is never re-",
    "newed.",
  ];
  expect(await read([lines])).toEqual([
    [
      "The relay is a peer-to-peer network with a client-server fallback. It was renewed. What is renewed stays; UTF-8 and Vor- und Nachteile too.\nIt is never renewed.",
    ],
  ]);
});

test("In a long document a hyphen stays between two words of it, and goes between what are none", async () => {
  const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
  const words = letters.flatMap((one) => letters.flatMap((two) => [`${one}${two}da`, `${one}${two}do`]));
  const pages = [0, 1, 2].map((page) =>
    Array.from({ length: 32 }, (_, at) =>
      words
        .slice((page * 32 + at) * 15)
        .slice(0, 15)
        .join(" "),
    ),
  );
  expect((await read([...pages, ["abda-", "cedo and ent-", "fernt."]]))[3]?.at(-1)).toMatch(/abda-cedo and entfernt\.$/);
});

test("Headings stand apart: by their size, of several lines too, or by a number of several parts", async () => {
  const page: PdfPage = [
    { text: "Harbour rules for", x: 50, y: 700, size: 20 },
    { text: "small boats", x: 50, y: 678, size: 20 },
    { text: "Berths", x: 50, y: 640, size: 15 },
    { text: "A berth is let for a year.", x: 50, y: 620 },
    { text: "It ends in May.", x: 50, y: 606 },
    { text: "1.2 Dues", x: 50, y: 580 },
    { text: "1. Open the valve.", x: 50, y: 540 },
    { text: "2. Close it.", x: 50, y: 526 },
  ];
  expect(await read([page])).toEqual([
    [
      "# Harbour rules for small boats",
      "## Berths",
      "A berth is let for a year.\nIt ends in May.",
      "### 1.2 Dues",
      "1. Open the valve.\n2. Close it.",
    ],
  ]);
});

test("A list of contents is known as one, a table of numbers is not", async () => {
  const entry = (text: string, number: number, y: number): readonly PdfLine[] => [
    { text, x: 50, y },
    { text: String(number), x: 400, y },
  ];
  const contents = [{ text: "Contents", x: 50, y: 700 }, ...entry("Berths", 2, 680), ...entry("Dues", 3, 660), ...entry("Index", 3, 640)];
  const table = [...entry("Gold plan", 2, 680), ...entry("Silver plan", 3, 660), ...entry("Bronze plan", 3, 640)];
  const dots = ["1 Berths ........ 1", "2 Dues and", "fees ........ 2"];
  const prices = ["Tea ........ 3", "Coffee ........ 2"];
  expect(await read([contents, table, dots, prices])).toEqual([
    ["Contents", "contents: Berths 2\nDues 3\nIndex 3"],
    ["table: Gold plan | 2\nSilver plan | 3\nBronze plan | 3"],
    [`contents: ${dots.join("\n")}`],
    [prices.join("\n")],
  ]);
});

test("What is filled into a form stands beside its label, and a comment behind its page", async () => {
  const field = (name: string, rect: string, entries: string): string => `/Subtype /Widget /T (${name}) /Rect [${rect}] ${entries}`;
  const page: PdfPage = {
    lines: [
      { text: "Name of the vessel:", x: 50, y: 660 },
      { text: "Remarks", x: 50, y: 600 },
      { text: "with shore power", x: 80, y: 500 },
    ],
    annotations: [
      field("vessel", "200 652 400 672", "/FT /Tx /V (Northern Gannet)"),
      field("remarks", "50 560 400 590", "/FT /Tx /V (Arrives late)"),
      field("power", "50 495 70 515", "/FT /Btn /V /Yes /AS /Yes /AP << /N << /Yes 3 0 R /Off 3 0 R >> >>"),
      field("code", "300 100 400 120", "/FT /Tx /V (7731)"),
      field("secret", "300 60 400 80", "/FT /Tx /Ff 8192 /V (swordfish)"),
      `/Subtype /Text /Rect [10 10 20 20] /Contents ${literal("Ask the (old) harbour master")}`,
    ],
  };
  expect(await read([page])).toEqual([
    [
      "form: Name of the vessel: Northern Gannet",
      "Remarks\nArrives late",
      "form: [x] with shore power",
      "code: 7731",
      "comment: Ask the (old) harbour master",
    ],
  ]);
});

test("An exponent and the mark of a note are told from the number beside them", async () => {
  const page = [
    { text: "The space holds 2", x: 50, y: 700 },
    { text: "40", x: 144, y: 705, size: 7 },
    { text: " identifiers and 106 records", x: 153, y: 700 },
    { text: "3", x: 303, y: 705, size: 7 },
    { text: ".", x: 308, y: 700 },
  ];
  expect(await read([page])).toEqual([["The space holds 2^40 identifiers and 106 records [3]."]]);
});

test("Pages that show something without a text, and characters without one, are told as gaps", async () => {
  const drawn = await pdfToText(toPdf([["Text."], [], ["More."], []], { content: "10 10 100 100 re f" }));
  expect(drawn).toMatchObject({ dropped: ["what is shown on page 2, 4, which has no text layer (a scan?)"] });
  expect(await pdfToText(toPdf([["Text."], []]))).toMatchObject({ dropped: [] });
});

test("Of a damaged PDF the whole pages are read, and the others are told as gaps", async () => {
  const pages = ["One.", "Two.", "Three.", "Four."].map((text) => [text]);
  const whole = Buffer.from(toPdf(pages)).toString("latin1");
  const damaged = async (change: (pdf: string) => string) => pdfToText(Buffer.from(change(whole), "latin1"));
  expect(await damaged((pdf) => pdf.replace("(Two.)", "(Two."))).toMatchObject({
    text: expect.stringMatching(/^One\.\n\f[\s\S]*\f\nThree\.\n\f\nFour\.\n$/),
    dropped: ["what can't be read on page 2, which is damaged"],
  });
  expect(await damaged((pdf) => pdf.replace("/Contents 6 0 R", "/Contents 6 0 Q"))).toMatchObject({
    text: expect.stringContaining("One."),
    guessed: [expect.stringContaining("page 2 is blank")],
  });
  expect(await damaged((pdf) => pdf.replace("xref\n0", "xrif\n0"))).toMatchObject({
    text: "One.\n\f\nTwo.\n\f\nThree.\n\f\nFour.\n",
    guessed: ["what its pages are, since the file is damaged"],
  });
  expect(await damaged((pdf) => pdf.replaceAll(/\(.*\) Tj/g, "("))).toMatchObject({
    unreadable: "the PDF is damaged, and no text is left of it",
  });
});

/** Lines one below the other from (x, y), 14 points apart. */
const column = (x: number, y: number, ...texts: string[]): readonly PdfLine[] => texts.map((text, at) => ({ text, x, y: y - 14 * at }));

test("A row of a table is a line, whatever lines its cells have, and wherever they stand beside each other", async () => {
  const page = [
    ...column(50, 700, "The commands of the relay are few and"),
    ...column(50, 686, "stand in this table:"),
    ...column(50, 650, "status", "[run]"),
    ...column(200, 650, "Shows where a run", "stands now, and why."),
    // The first cell stands in the middle of the second, and the second in the middle of the first.
    ...column(50, 608, "retry"),
    ...column(200, 615, "Begins a stage", "again."),
    ...column(50, 580, "archive", "--all", "[run]"),
    ...column(200, 566, "Keeps it."),
    ...column(50, 500, "It can be done by hand, too."),
  ];
  expect(await read([page])).toEqual([
    [
      "The commands of the relay are few and\nstand in this table:",
      "table: status [run] | Shows where a run stands now, and why.\nretry | Begins a stage again.\narchive --all [run] | Keeps it.",
      "It can be done by hand, too.",
    ],
  ]);
});

test("Columns of text, the points of a list, and lines that a wide space parts once are no table", async () => {
  const words = (from: number): string[] => Array.from({ length: 20 }, (_, at) => `Line ${from + at} of a long text`);
  const text = await read([
    [...column(50, 700, ...words(1)), ...column(300, 700, ...words(21))],
    [
      { text: "1.", x: 50, y: 700 },
      { text: "Open the valve", x: 80, y: 700 },
      { text: "2.", x: 50, y: 680 },
      { text: "Close it", x: 80, y: 680 },
    ],
    [
      { text: "Oslo", x: 50, y: 700 },
      { text: "3 May", x: 300, y: 700 },
      { text: "Dear Ida,", x: 50, y: 660 },
    ],
  ]);
  expect(text).toEqual([
    [words(1).join("\n"), words(21).join("\n")],
    ["1. Open the valve", "2. Close it"],
    ["Oslo 3 May", "Dear Ida,"],
  ]);
});

test("The names of a table's columns stand beside its values, on each page that it goes on to", async () => {
  const row = (y: number, ...cells: readonly string[]): PdfLine[] => cells.map((text, at) => ({ text, x: 50 + 150 * at, y, size: 10 }));
  const pages = [1, 2, 3].map((page) => [
    ...row(760, "Ship", "Length"),
    ...[1, 2, 3].flatMap((at) => row(760 - 14 * at, `Ida ${page}${at}`, `${20 * page + at} m`)),
  ]);
  const page = (number: number): string[] => [
    `table-header: Ship | Length\ntable: ${[1, 2, 3].map((at) => `Ship: Ida ${number}${at} | Length: ${20 * number + at} m`).join("\n")}`,
  ];
  expect(await read(pages)).toEqual([page(1), page(2), page(3)]);
  const words = [...row(700, "Red", "Stop"), ...row(686, "Green", "Go"), ...row(672, "Blue", "Wait")];
  expect(await read([words])).toEqual([["table: Red | Stop\nGreen | Go\nBlue | Wait"]]);
});

test("Columns of text that are written across are read one after the other", async () => {
  const left = [
    "The pilot boards the ship at",
    "the outer buoy and stays until",
    "all lines are fast. Then he",
    "signs the papers of the ship",
    "and leaves it by the ladder",
    "of the quay, or by his boat.",
  ];
  const right = [
    "The fee of a night is 45 euros",
    "and is paid at the office of",
    "the harbour before the ship",
    "leaves. Who pays by card pays",
    "two euros more than who pays",
    "by cash, which is preferred.",
  ];
  const across = left.flatMap((text, at) => [
    { text, x: 50, y: 700 - 14 * at, size: 10 },
    { text: right[at] ?? "", x: 320, y: 700 - 14 * at, size: 10 },
  ]);
  expect(await read([across])).toEqual([[left.join("\n"), right.join("\n")]]);
});

test("Letters that stand apart are a word", async () => {
  const content = "BT /F1 12 Tf 4 Tc 50 700 Td (The desk opens at nine.) Tj ET";
  expect(await pdfToText(toPdf([[]], { content }))).toMatchObject({ text: "The desk opens at nine.\n" });
});

test("A page whose text runs up or down is read as its reader turns it", async () => {
  const turned = (matrix: string, lines: readonly (readonly [text: string, x: number, y: number])[]): string =>
    lines.map(([text, x, y]) => `BT /F1 12 Tf ${matrix} ${x} ${y} Tm ${literal(text)} Tj ET`).join("\n");
  const up = turned("0 1 -1 0", [
    ["Gold", 100, 60],
    ["2 TB", 100, 300],
    ["Silver", 120, 60],
    ["1 TB", 120, 300],
  ]);
  const down = turned("0 -1 1 0", [
    ["The desk opens at nine", 500, 700],
    ["and closes at five.", 486, 700],
  ]);
  const textOf = async (content: string): Promise<unknown> => pdfToText(toPdf([[]], { content }));
  expect(await textOf(up)).toMatchObject({ text: "Gold | 2 TB\nSilver | 1 TB\n" });
  expect(await textOf(down)).toMatchObject({ text: "The desk opens at nine\nand closes at five.\n" });
});

test("Lines of Japanese and Chinese go on without a space where they are full, and vertical ones always", () => {
  const line = (text: string, [x, y, right]: readonly [number, number, number]): PageLine => {
    const at = { text, x, y, right };
    return { ...at, size: 10, parts: [{ ...at, isCode: false }] };
  };
  const compose = (...lines: readonly PageLine[]): string =>
    composePages([{ number: 1, height: 800, lines, comments: [], untold: 0 }], new Set()).text.trimEnd();
  expect(compose(line("夜間バックアップは毎日午前", [50, 100, 180]), line("二時に開始する。", [50, 114, 130]))).toBe(
    "夜間バックアップは毎日午前二時に開始する。",
  );
  expect(compose(line("品名", [50, 100, 70]), line("夜間バックアップは毎日午前", [50, 114, 180]))).toBe("品名\n夜間バックアップは毎日午前");
  expect(compose(line("夜間バックアップは", [500, 100, 510]), line("毎日行う。", [476, 100, 486]))).toBe("夜間バックアップは毎日行う。");
});
