import papaparse from "papaparse";
import type { Reading, TextBlock } from "./reading.ts";
import { toRow } from "./table-row.ts";

// Lines above a table that may say what it is.
const mostTitles = 20;

/**
 * Text of a table in CSV or TSV (RFC 4180; the delimiter is that which parts the rows alike, or which a line `sep=;` names, as Excel reads it): the header on
 * the first line, and each row on one, its values beside the names of their columns. Lines above the table stay as they are, and so does a text that has no
 * rows of several cells.
 */
export function csvToText(text: string): Reading {
  const { delimiter, body } = named(text.replace(/^\uFEFF/, ""));
  const { data } = papaparse.parse<string[]>(body, {
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
    ...(delimiter !== undefined && { delimiter }),
  });
  const lines = data.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, " ").trim()));
  const above = lines.slice(0, mostTitles).findIndex((row) => row.length > 1);
  const titles = lines.slice(0, Math.max(0, above));
  const rows = lines.slice(titles.length);
  const [first = [], ...rest] = rows;
  if (rest.length === 0 || first.length < 2) return { text };
  const header = isHeader(first, rest) ? first : undefined;
  const told = titles.map((row) => `${row.join("")}\n`).join("");
  const table = header === undefined ? rows.map((row) => toRow(row)) : [toRow(first), ...rest.map((row) => toRow(row, header))];
  const out = `${told}${told === "" ? "" : "\n"}${table.join("\n")}\n`;
  const from = told === "" ? 0 : told.length + 1;
  const head = from + (header === undefined ? 0 : (table[0]?.length ?? 0));
  const blocks: TextBlock[] = [
    { from, to: head, kind: "table-header" },
    { from: head, to: out.length, kind: "table" },
  ];
  return {
    text: out,
    blocks,
    ...(header === undefined && { guessed: ["that its table has no header, since its first row holds numbers or blanks"] }),
  };
}

/** The delimiter that a first line `sep=;` names, and the text below that line. */
function named(text: string): { readonly delimiter?: string; readonly body: string } {
  const [line, delimiter] = /^sep=(.)\r?\n/.exec(text) ?? [];
  return line === undefined || delimiter === undefined ? { body: text } : { delimiter, body: text.slice(line.length) };
}

/**
 * True for a first row of names: of two cells most have one of their own, and none is a number or a date, unless it is a year above values that are none. The
 * cell above the names of rows may be blank.
 */
function isHeader(row: readonly string[], below: readonly (readonly string[])[]): boolean {
  const isName = (cell: string, at: number): boolean => {
    if (cell === "") return at === 0;
    if (year.test(cell)) return !below.slice(0, mostTitles).every((values) => year.test(values[at] ?? ""));
    return !/^[-+]?[\p{Sc}]?[\d.,:/\- ]+%?$/u.test(cell);
  };
  return row.every(isName) && new Set(row).size * 2 > row.length;
}

const year = /^(?:1[5-9]|2[01])\d\d$/;
