import papaparse from "papaparse";
import type { Reading, TextBlock } from "./reading.ts";
import { toRow } from "./table-row.ts";

/**
 * Text of a table in CSV or TSV (RFC 4180; the delimiter is that which parts the rows alike): the header on the first line, and each row on one, its values
 * beside the names of their columns. A text that has no rows of several cells stays as it is.
 */
export function csvToText(text: string): Reading {
  const { data } = papaparse.parse<string[]>(text.replace(/^\uFEFF/, ""), {
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
  });
  const rows = data.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, " ").trim()));
  const [first = [], ...rest] = rows;
  if (rest.length === 0 || first.length < 2) return { text };
  const header = isHeader(first) ? first : undefined;
  const lines = header === undefined ? rows.map((row) => toRow(row)) : [toRow(first), ...rest.map((row) => toRow(row, header))];
  const out = `${lines.join("\n")}\n`;
  const head = header === undefined ? 0 : (lines[0]?.length ?? 0);
  const blocks: TextBlock[] = [
    { from: 0, to: head, kind: "table-header" },
    { from: head, to: out.length, kind: "table" },
  ];
  return {
    text: out,
    blocks,
    ...(header === undefined && { guessed: ["that its table has no header, since its first row holds numbers or blanks"] }),
  };
}

/** True for a first row of names: each cell has one of its own, and none is a number or a date. */
function isHeader(row: readonly string[]): boolean {
  const named = row.filter((cell) => cell !== "" && !/^[-+]?[\p{Sc}]?[\d.,:/\- ]+%?$/u.test(cell));
  return named.length === row.length && new Set(row).size === row.length;
}
